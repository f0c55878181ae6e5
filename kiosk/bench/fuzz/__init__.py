"""Valid, spoilt and senseless inputs on every surface."""
