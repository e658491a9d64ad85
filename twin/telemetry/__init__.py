"""Where readings, truth and events go: blocks of columns handed to sinks. Knows no SimPy and no physics.

MQTT publishing (`mqtt`) and Brick semantics (`semantics`) get their modules here later; both will be sinks.
"""
