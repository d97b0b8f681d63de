# The TLS proxy: Caddy with our configuration, without root and without capabilities.
# Built from the root of the repository: docker build --file deploy/proxy.Dockerfile .
FROM caddy:2

# A program that asks for a capability cannot be started where all are dropped; inside a container Docker
# lets anybody listen on ports 80 and 443. Caddy's own folder, /data, is a volume that keeps its owner: root.
RUN setcap -r /usr/bin/caddy \
    && mkdir -p /var/lib/relais \
    && chown 10001:10001 /var/lib/relais \
    && chmod 0700 /var/lib/relais
COPY deploy/Caddyfile /etc/caddy/Caddyfile
ENV XDG_DATA_HOME=/var/lib/relais \
    XDG_CONFIG_HOME=/tmp
USER 10001:10001
