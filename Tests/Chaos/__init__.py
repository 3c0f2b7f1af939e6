"""Chaos on real processes, and what it did not break: scripts/chaos. docs/reliability.md tells what came of it.

schedule   what is done when, drawn from the seed alone         network   ways to brokers and provider that can be cut, mute, slow, late
fleet      the replicas, killed, frozen, stopped, brought back   load      requests at a steady rate, and the end of all of them
verdict    what was lost, sent twice, told wrong                 measures  recovery, stalls, times
run        one run from brokers to figures                       breaks    the worker with one rule broken, each to be found out
control    usual workers, under the same schedules
"""
