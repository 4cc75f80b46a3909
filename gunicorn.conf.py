"""The web server's configuration; gunicorn reads this file by its name."""

import os

from casepilot_site import embedded_postgres, env

wsgi_app = "casepilot_site.wsgi"
bind = f"{env.text('BIND_ADDRESS', '127.0.0.1')}:{env.number('PORT', 8000)}"
workers = env.number("WEB_CONCURRENCY", 2, minimum=1)
# Threads, so that a slow reader or a stream holds one thread and not a whole process.
worker_class = "gthread"
threads = env.number("WEB_THREADS", 16, minimum=1)
timeout = 60
graceful_timeout = 5
loglevel = "warning"
control_socket_disable = True

# Each process keeps a connection per thread at hand and two to spare.
os.environ.setdefault("DATABASE_POOL_SIZE", str(threads + 2))


def on_starting(server):
    """Keep the embedded database, where the site uses it, as long as the web server runs."""
    if embedded_postgres.is_wanted():
        embedded_postgres.ensure_running()
