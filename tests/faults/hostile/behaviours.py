"""Every hostile behaviour, with the documented code that it comes to, and the settings that a node is tried with."""

from tests.faults.hostile.floods import FLOODS
from tests.faults.hostile.handshakes import HANDSHAKES
from tests.faults.hostile.holdings import METRICS_TOKEN
from tests.faults.hostile.messages import MESSAGES
from tests.faults.hostile.requests import REQUESTS

BEHAVIOURS = (*HANDSHAKES, *MESSAGES, *FLOODS, *REQUESTS)

ENVIRONMENT = {
    # The default limits, said, because other tests raise them for theirs.
    "CORNERMAN_COMMANDS_PER_SECOND": "10",
    "CORNERMAN_COMMANDS_BURST": "60",
    "CORNERMAN_REQUESTS_PER_SECOND": "20",
    "CORNERMAN_REQUESTS_BURST": "100",
    "CORNERMAN_ALLOWED_ORIGINS": "https://app.example",
    "CORNERMAN_TRUSTED_PROXIES": "127.0.0.1",
    "CORNERMAN_ADMIN_TOKEN": METRICS_TOKEN,
}
