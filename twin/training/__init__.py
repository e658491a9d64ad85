"""Learning controllers: training, its evaluation on held-out episodes, tuning. Needs the extra `rl`.

Nothing here is imported before it is used, so that commands which do not learn never wait for torch.
"""
