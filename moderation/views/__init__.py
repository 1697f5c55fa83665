"""The queue and its log for moderators; policy, appeals and the opt-out for people."""
