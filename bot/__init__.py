"""Sharebot: shares files in Teams as the person who asks. Imports nothing, so that any part can be used alone."""
