"""Rules, cases and decisions become rows with the moderation issue; today's one rule is the operator's word list."""
