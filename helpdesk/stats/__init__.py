"""The numbers of the desk, counted by the database: of its tickets here, of triage in `triage`."""

from helpdesk.stats.tickets import Day, Stats, Workload, collect, per_day, start_of, workload

__all__ = ["Day", "Stats", "Workload", "collect", "per_day", "start_of", "workload"]
