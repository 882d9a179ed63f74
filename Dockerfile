# One image for the web server, the task worker and the commands; docker-compose.yml runs it.

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/venv
COPY requirements.txt project/constraints.txt ./
RUN /opt/venv/bin/pip install -r requirements.txt -c constraints.txt

FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    BIND=0.0.0.0 \
    PORT=8000
# /var/lib/helpdesk is what the process may write to: it keeps the secret key.
RUN useradd --system --uid 10001 --no-create-home helpdesk \
    && install --directory --owner helpdesk --mode 700 /var/lib/helpdesk
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY . .
RUN SECRET_KEY=unused-while-building python manage.py collectstatic --noinput \
    && python -m compileall -q project helpdesk
USER helpdesk
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:%s/readyz' % os.environ['PORT'], timeout=4)"]
CMD ["gunicorn", "--config", "project/gunicorn.conf.py", "project.wsgi"]
