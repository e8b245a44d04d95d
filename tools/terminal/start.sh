#!/bin/sh
# What a terminal of JupyterLab runs after `make lab`: your own shell, with the course activated.
#
# A shell reads files of its own as it starts, and those may put another Python first, as conda's and
# pyenv's do. So the course is activated after them. Not as a login shell: that would begin with the
# system's PATH.
here=$(cd "$(dirname "$0")" && pwd)
case ${SHELL##*/} in
  bash) exec "$SHELL" --rcfile "$here/bashrc" -i ;;
  zsh) ZDOTDIR=$here exec "$SHELL" -i ;;
  fish) exec "$SHELL" -C "source '$VIRTUAL_ENV/bin/activate.fish'" ;;
  *) exec "${SHELL:-/bin/sh}" -i ;;
esac
