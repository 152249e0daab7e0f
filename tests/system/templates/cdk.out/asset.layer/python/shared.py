# ruff: noqa: INP001 - it is the code of a template, not of a package
ANSWER = 42
