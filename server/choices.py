"""What settings choose among, and where they come from."""

from enum import StrEnum


class Environment(StrEnum):
    """Where the server runs."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class LogFormat(StrEnum):
    """How log lines look."""

    READABLE = "readable"
    JSON = "json"


class LogLevel(StrEnum):
    """What is logged: this and what is graver."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class Source(StrEnum):
    """Where a value comes from."""

    DEFAULT = "default"
    ENVIRONMENT = "environment"
    FLAG = "flag"
