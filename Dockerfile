# syntax=docker/dockerfile:1
# Hoptrace with all its extras: `docker run … hoptrace VERB` is the command line, without a verb it serves the page.

FROM python:3.11-slim-bookworm AS build
# torch without CUDA, which is some gigabytes smaller. The pin 2.13.0 takes this index's 2.13.0+cpu before PyPI's 2.13.0.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN python -m venv /opt/hoptrace
ENV PATH=/opt/hoptrace/bin:$PATH
WORKDIR /source
# What rarely changes comes first: a change of code does not install torch again.
COPY pyproject.toml constraints.txt ./
RUN python -c "import tomllib; p = tomllib.load(open('pyproject.toml', 'rb'))['project']; e = p['optional-dependencies']; \
print(*p['dependencies'], *(d for name in ('neo4j', 'llm', 'local', 'ui') for d in e[name]), 'setuptools', sep='\n')" > needed.txt \
    && pip install --no-cache-dir --constraint constraints.txt --extra-index-url "$TORCH_INDEX" --requirement needed.txt
COPY README.md LICENSE ./
COPY cypher cypher
COPY graph_builder graph_builder
COPY graph_rag graph_rag
COPY ui ui
COPY hoptrace hoptrace
RUN pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 hoptrace \
    && useradd --system --uid 10001 --gid hoptrace --create-home hoptrace \
    && install --directory --owner hoptrace --group hoptrace /data
COPY --from=build /opt/hoptrace /opt/hoptrace
# The volume holds what is the user's own: the journal, the graph where there is no Neo4j, and models of a hub. The page is told its
# name, or Streamlit would ask a server on the internet for this machine's address.
ENV PATH=/opt/hoptrace/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HOPTRACE_HOME=/data \
    HF_HOME=/data/huggingface \
    STREAMLIT_BROWSER_SERVER_ADDRESS=localhost
WORKDIR /data
VOLUME /data
EXPOSE 8501
USER 10001:10001
# By http.client, which asks no proxy.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=6 \
    CMD ["python", "-c", "import http.client; page = http.client.HTTPConnection('127.0.0.1', 8501, timeout=4); page.request('GET', '/_stcore/health'); raise SystemExit(page.getresponse().status != 200)"]
ENTRYPOINT ["hoptrace"]
# All addresses of the container; docker-compose.yml publishes the port on this machine alone.
CMD ["ui", "--host", "0.0.0.0", "--port", "8501", "--no-browser"]
