"""What run.py does, in the standard library only: the environment, the key files, child processes, services.

Nothing else imports it, but for the tests; of ours it imports config.env only, which is standard library too.
"""
