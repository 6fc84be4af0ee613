"""What people do on the pages: take on, mute, confirm, sign in."""
