"""The shell: settings, wiring, sockets, REST, workers and the command line."""
