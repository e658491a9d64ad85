"""Learning controllers: training, its evaluation on held-out episodes, tuning. Needs the extra `rl`.

Neither torch nor Stable-Baselines3 is imported before it is used, so that commands which do not learn never
wait for them. Who has a training loop of their own keeps what it made with `save_policy`.
"""

from twin.training.own_loop import save_policy

__all__ = ["save_policy"]
