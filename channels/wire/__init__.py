"""Wire version 1: one tagged struct per message, and the codecs. Nothing here knows of anything else of ours."""
