# The TLS proxy: Caddy with our configuration, without root and without capabilities.
# Built from the root of the repository: docker build --file deploy/proxy.Dockerfile .
FROM caddy:2

# A file that asks for a capability cannot be started where all are dropped; Docker lets anybody listen
# on ports 80 and 443 inside a container.
RUN setcap -r /usr/bin/caddy \
    && mkdir -p /data/caddy /config/caddy \
    && chown -R 10001:10001 /data /config
COPY deploy/Caddyfile /etc/caddy/Caddyfile
USER 10001:10001
