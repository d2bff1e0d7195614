"""Pure. Working time, the network of dependencies, and when open work ends. It reads the model; it judges nothing."""
