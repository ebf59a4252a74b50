"""The Qt client of Roundsman."""
