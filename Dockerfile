# One image for the site, the worker and the commands; compose.yaml says which part runs where.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 BIND_ADDRESS=0.0.0.0 PORT=8000
WORKDIR /app
RUN useradd --system --uid 10001 casepilot

COPY requirements.txt ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt
COPY . ./
# The address and the key serve this step alone; nothing of them stays in the image.
RUN DATABASE_URL=postgresql://nobody@localhost/none SECRET_KEY=build \
    python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir -p var/media var/private var/mail var/search && chown -R casepilot var

USER casepilot
EXPOSE 8000
# Any answer but a failure means that the process lives, a refused host name too.
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s CMD python -c "\
import http.client, os, sys; \
site = http.client.HTTPConnection('127.0.0.1', int(os.environ['PORT']), timeout=4); \
site.request('GET', '/healthz/'); \
sys.exit(site.getresponse().status >= 500)"
CMD ["python", "-m", "gunicorn"]
