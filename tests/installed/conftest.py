"""Nothing of this project but the installed wheel."""

pytest_plugins = ["pytester"]
