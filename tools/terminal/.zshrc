# See start.sh: your own settings, then the course's Python.
ZDOTDIR=$HOME
[ -f ~/.zshenv ] && . ~/.zshenv
[ -f ~/.zshrc ] && . ~/.zshrc
. "$VIRTUAL_ENV/bin/activate"
