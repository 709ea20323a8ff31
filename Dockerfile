# syntax=docker/dockerfile:1
# The bot and what it needs, by the locks' hashes. docs/administration.md says how it is run; compose.yaml is an example.

FROM node:22-slim AS pages
WORKDIR /pages
COPY bot/teams/web/package.json bot/teams/web/package-lock.json ./
RUN npm ci --ignore-scripts --no-fund --no-audit

FROM python:3.11-slim AS packages
COPY requirements/bootstrap.txt requirements/serve.txt /requirements/
RUN python -m pip install --no-cache-dir --require-hashes -r /requirements/bootstrap.txt \
    && python -m venv --without-pip /opt/sharebot \
    && uv pip install --no-cache --python /opt/sharebot/bin/python --require-hashes -r /requirements/serve.txt

FROM python:3.11-slim
# Nothing is to be installed in what runs.
RUN python -m pip uninstall --yes --root-user-action ignore setuptools wheel pip \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin sharebot \
    && install -d -o sharebot -g sharebot -m 700 /data
COPY --from=packages /opt/sharebot /opt/sharebot
WORKDIR /srv/sharebot
COPY LICENSE app.py ./
COPY bot bot
COPY cards cards
COPY manifest manifest
COPY --from=pages /pages/node_modules bot/teams/web/node_modules
ENV PATH=/opt/sharebot/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0 PORT=3978 DATA_DIR=/data
USER 10001
VOLUME /data
EXPOSE 3978
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["python", "app.py"]
CMD ["serve"]
