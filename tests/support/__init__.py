"""What tests need and no test is about: a small site and its settings."""
