"""Schedules and samplers: functions of whatever net they are handed."""
