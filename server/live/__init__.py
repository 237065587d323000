"""The live socket: its bytes, its state machine, and this node's sockets together."""
