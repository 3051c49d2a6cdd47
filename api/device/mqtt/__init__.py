"""The device door over MQTT: a bridge that takes bins' messages from a broker and answers each on its own topic."""
