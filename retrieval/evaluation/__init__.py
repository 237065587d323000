"""How well exercises are found: questions, what readers thought of the results, and the measures."""
