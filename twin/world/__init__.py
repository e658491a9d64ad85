"""The event world (SimPy): one building, its people, devices and controller, faster than time or paced by it.

Everything that physics or a controller sees is computed by the Simulator that a World owns; processes here
say when, and tell others what happened. Radio links, brokers (MQTT), faults and technicians get their
processes here later: they publish and record what pre-sampled schedules and physics have already decided.
"""
