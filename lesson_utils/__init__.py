"""What the lessons of *Stretching RoPE* import."""

__version__ = "0.1.0"
