"""What the bridge counts; its own process shows it (mqtt_bridge --metrics-port)."""

from prometheus_client import Counter, Gauge

MESSAGES = Counter("fenfen_mqtt_messages", "Messages that the MQTT bridge took, by outcome", ["outcome"])
CONNECTS = Counter("fenfen_mqtt_connects", "How often the MQTT bridge reached its broker")
CONNECTED = Gauge("fenfen_mqtt_connected", "1 while the MQTT bridge is connected and subscribed")
