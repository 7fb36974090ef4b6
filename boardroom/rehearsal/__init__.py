"""A rehearsal: a meeting with simulated colleagues, each a real client over HTTP and Socket.IO."""
