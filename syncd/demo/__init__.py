"""The simulated company: stateful vendor twins on loopback, which `syncd demo` and the tests use. Nothing else imports it."""
