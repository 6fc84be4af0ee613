# The whole product in one image: `docker build --tag campaign-health:0.1.0 .` in the checkout of a tagged version.
# Nobody is served without sign-in: see docs/install.md for the file of secrets that it needs.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
WORKDIR /source
COPY . .
RUN python -m venv /opt/campaign-health
RUN /opt/campaign-health/bin/python -m pip install --no-cache-dir --quiet --disable-pip-version-check ".[apprise,sign-in]"
# What runs installs nothing.
RUN /opt/campaign-health/bin/python -m pip uninstall --yes --quiet pip

FROM python:${PYTHON}-slim
RUN groupadd --gid 10001 campaign-health
RUN useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin campaign-health
RUN install --directory --owner=10001 --group=10001 --mode=0700 /data
RUN install --directory --mode=0755 /config
COPY --from=build /opt/campaign-health /opt/campaign-health
ENV PATH=/opt/campaign-health/bin:/usr/local/bin:/usr/bin:/bin
ENV HOME=/data
ENV CAMPAIGN_HEALTH_DATA_DIR=/data
ENV PYTHONDONTWRITEBYTECODE=1
# campaign-health.toml and manifest.yaml are read here.
WORKDIR /config
USER 10001:10001
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]
ENTRYPOINT ["campaign-health"]
CMD ["up", "--address", "0.0.0.0"]
