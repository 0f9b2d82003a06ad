"""What ``manage.py demo`` needs: child processes, and a report that can be read at a glance.

Nothing here knows what a job is made of; that comes from ``world.first_job`` as plain values.
"""
