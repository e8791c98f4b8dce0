#include "apps/signet/init/gateway_settings.h"

#include <unistd.h>

#include "apps/signet/init/fill_in.h"
#include "base/url.h"

namespace signet::apps {
namespace {

constexpr const char* kTemplate =
    R"(# The gateway of the demo, made by `signet init`: nginx with Signet's module in front of the bank. deploy/nginx/ shows one for
# production, docs/gateway.md explains each signet_ directive. Start it with: nginx -p THIS_FOLDER -c nginx.conf
load_module ngx_http_signet_module.so;   # a link, made by ./run, to build/release/nginx/ngx_http_signet_module.so

# It runs as whoever starts it, in the foreground, and writes nothing outside of this folder.
daemon off;
pid nginx/nginx.pid;
error_log stderr warn;
worker_processes auto;
@USER@
events {
  worker_connections 1024;
}

http {
  client_body_temp_path nginx/client_body;
  proxy_temp_path nginx/proxy;
  fastcgi_temp_path nginx/fastcgi;
  uwsgi_temp_path nginx/uwsgi;
  scgi_temp_path nginx/scgi;
  server_tokens off;

  # $uri has no query: nothing that a client may have put there by mistake gets into the log.
  log_format signet '$remote_addr [$time_iso8601] "$request_method $uri $server_protocol" $status $request_time '
                    'result=$signet_result reason=$signet_reason cache=$signet_cache '
                    'introspection=$signet_introspection_time client=$signet_client_id interaction=$signet_interaction_id';

  # Shared by all workers: phantom tokens with what was revoked of them, and the DPoP proofs that were used.
  signet_zone tokens 16m;
  signet_replay_zone proofs 8m;

  upstream bank {
    server 127.0.0.1:@BANK_PORT@;
    keepalive 16;
  }

  upstream authorization_server {
    server 127.0.0.1:@MTLS_PORT@;
    keepalive 4;
  }

  server {
    listen 127.0.0.1:@GATEWAY_PORT@ ssl http2;
    access_log logs/gateway-access.log signet;

    # The suites of the FAPI profiles. A client certificate is asked for, not demanded, and no authority is: a token is bound to
    # the certificate itself, and the module compares the two.
    ssl_certificate localhost.pem;
    ssl_certificate_key localhost.key;
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_ciphers ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384;
    ssl_prefer_server_ciphers on;
    ssl_ecdh_curve X25519:prime256v1:secp384r1;
    ssl_verify_client optional_no_ca;

    # Tokens of 8 kB, beside a proof with an RSA key, must fit into a line.
    large_client_header_buffers 4 16k;
    client_max_body_size 64k;

    # Nothing gets through without a token for this API that is bound to a key, and the proof of that key.
    signet on;
    signet_issuer "@ISSUER@";
    signet_audience "@BANK_URL@";
    signet_scopes off;                   # each location below says its own
    signet_accept dpop mtls;
    signet_client_id demo-gateway;       # who the gateway is when it asks the authorization server,
    signet_client_auth tls;              # which knows it by the certificate further down
    signet_introspection /_signet/introspect;
    signet_jwks /_signet/jwks;
    signet_revocations /_signet/revocations;
    signet_cache tokens ceiling=30s;
    signet_replay proofs;

    proxy_http_version 1.1;
    proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $remote_addr;
    proxy_set_header X-Forwarded-Proto $scheme;
    error_page 502 504 = @bank_is_down;

    location /accounts {
      signet_scopes accounts;
      proxy_pass http://bank;
    }

    location /payments {
      signet_scopes payments;
      proxy_pass http://bank;
    }

    location / {
      proxy_pass http://bank;
    }

    # Public: what the API is called and whose tokens it takes (RFC 9728).
    location = /.well-known/oauth-protected-resource {
      signet off;
      proxy_pass http://bank;
    }

    location @bank_is_down {
      signet off;
      default_type application/problem+json;
      return 502 '{"type":"about:blank","title":"Bad Gateway","status":502,"detail":"The API cannot be reached."}';
    }

    # The questions of the gateway. The module writes them itself; nothing of a client's request is in them.
    location /_signet/ {
      internal;
      signet off;
      access_log off;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host localhost:@MTLS_PORT@;
      proxy_connect_timeout 2s;
      proxy_read_timeout 5s;
      proxy_ssl_name localhost;
      proxy_ssl_server_name on;
      proxy_ssl_verify on;
      proxy_ssl_trusted_certificate ca.pem;
      proxy_ssl_certificate clients/demo-gateway.pem;
      proxy_ssl_certificate_key clients/demo-gateway.key;
      proxy_ssl_protocols TLSv1.2 TLSv1.3;

      location = /_signet/introspect {
        proxy_pass "https://authorization_server@ISSUER_PATH@/introspect";
      }
      location = /_signet/jwks {
        proxy_pass "https://authorization_server@ISSUER_PATH@/jwks";
      }
      location = /_signet/revocations {
        proxy_pass "https://authorization_server@ISSUER_PATH@/revocations";
      }
    }
  }

  # Decisions, cache, revocation delay and replay memory for Prometheus, for this machine only.
  server {
    listen 127.0.0.1:@STATUS_PORT@;
    access_log off;

    location = /metrics {
      signet_status;
    }
    location / {
      return 404;
    }
  }
}
)";

/// nginx gives up root's rights for its workers, and then they cannot read a folder that is root's alone.
std::string_view user_setting() {
  return ::geteuid() == 0 ? "user root;   # made by root, whose folder this is\n" : "";
}

/// "" or "/path"
std::string path_of(const std::string& issuer_url) {
  const auto url = parse_url(issuer_url);
  return url && url->path != "/" ? url->path : std::string();
}

}  // namespace

std::string render_gateway_settings(const Plan& plan) {
  return fill_in(kTemplate, {{"USER", std::string(user_setting())},
                             {"GATEWAY_PORT", std::to_string(plan.gateway_port())},
                             {"BANK_PORT", std::to_string(plan.bank_port())},
                             {"MTLS_PORT", std::to_string(plan.mtls_port())},
                             {"STATUS_PORT", std::to_string(plan.gateway_status_port())},
                             {"ISSUER", plan.issuer_url},
                             {"ISSUER_PATH", path_of(plan.issuer_url)},
                             {"BANK_URL", plan.bank_url}});
}

}  // namespace signet::apps
