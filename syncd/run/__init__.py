"""Shell: the pass and what drives it: clock, gate, retries, pull, analyse, deliver, engines, log. It knows no vendor's library."""
