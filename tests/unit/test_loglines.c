// core/parse/logline and core/facts: lines that mean something, and whose they are.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/base/mem.h"
#include "core/door/prefilter.h"
#include "core/facts/logclass.h"
#include "core/facts/logorigin.h"
#include "core/parse/logline.h"
#include "core/search/search.h"

static void query_lines_have_parts(void **state)
{
    (void)state;
    struct log_query q;
    assert_true(logline_coredns_query(span_of("2026-11-09T18:32:50.7Z [INFO] 10.0.1.2:52638 - 47347 \"AAAA "
                                              "IN cart.shop.svc.cluster.local. udp 52 "
                                              "false 1232\" NOERROR qr,aa,tc,rd 145 0.000253548s"),
                                      &q));
    assert_true(span_is(q.name, "cart.shop.svc.cluster.local."));
    assert_true(span_is(q.type, "AAAA") && span_is(q.rcode, "NOERROR") && q.truncated && !q.tcp);
    assert_int_equal(q.client_port, 52638);
    assert_int_equal(q.bufsize, 1232);
    assert_int_equal(q.size, 145);
    assert_int_equal(q.usec, 253);
    assert_true(logline_coredns_query(
        span_of("[INFO] [fd00::1]:5 - 7 \"A IN login.example.org. tcp 39 false 65535\" - - 0 2.001s"), &q));
    assert_true(span_is(q.rcode, "-") && q.tcp);
    assert_int_equal(q.usec, 2001000);
    assert_int_equal(q.client.family, 6);
    assert_false(logline_coredns_query(span_of("[INFO] plugin/reload: Running \"x\""), &q));
}

static void upstream_errors_have_parts(void **state)
{
    (void)state;
    struct log_upstream u;
    assert_true(logline_coredns_error(span_of("[ERROR] plugin/errors: 2 login.example.org. AAAA: read udp "
                                              "10.0.1.9:3->10.0.0.2:53: i/o timeout"),
                                      &u));
    char text[IP_TEXT];
    assert_string_equal(ip_format(u.local, text), "10.0.1.9");
    assert_string_equal(ip_format_port(u.server, u.server_port, text), "10.0.0.2:53");
    assert_true(span_is(u.type, "AAAA"));
    assert_true(logline_coredns_error(
        span_of(
            "[ERROR] plugin/errors: 2 a. A: dial tcp [fd00:ec2::253]:53: connect: network is unreachable"),
        &u));
    assert_true(u.tcp && u.server.family == 6);
}

static void kernel_and_agent_lines_have_parts(void **state)
{
    (void)state;
    struct log_oom oom;
    assert_true(logline_oom(
        span_of("[1.0] Out of memory: Killed process 21113 (java) total-vm:1kB, oom_score_adj:9"), &oom));
    assert_true(!oom.cgroup && oom.pid == 21113 && span_is(oom.process, "java"));
    assert_true(
        logline_oom(span_of("Memory cgroup out of memory: Killed process 7 (coredns) total-vm:1kB"), &oom));
    assert_true(oom.cgroup);
    assert_false(logline_oom(span_of("oom_score_adj of process 7 (x) set"), &oom));
    struct log_deny deny;
    assert_true(logline_deny(
        span_of(
            "{\"ts\":\"2026\",\"msg\":\"Flow Info:  \",\"Src IP\":\"10.0.1.2\",\"Src Port\":4821,\"Dest IP\":"
            "\"172.20.0.10\",\"Dest Port\":53,\"Proto\":\"UDP\",\"Verdict\":\"DENY\"}"),
        &deny));
    assert_int_equal(deny.dst_port, 53);
    assert_int_equal(deny.src_port, 4821);
    assert_true(logline_deny(
        span_of("Src IP: fd00::1 Src Port: 1 Dest IP: fd00::2 Dest Port: 53 Proto TCP Verdict DENY"), &deny));
    assert_true(deny.tcp);
    assert_false(
        logline_deny(span_of("Src IP: 1.2.3.4 Dest IP: 1.2.3.5 Dest Port: 53 Verdict: ACCEPT"), &deny));
}

static const struct {
    const char *line, *name;
    enum log_failure failure;
} failures[] = {
    {"Caused by: java.net.UnknownHostException: orders: Name or service not known", "orders",
     LOG_FAILURE_NO_NAME},
    {"java.net.UnknownHostException: orders.shop: Temporary failure in name resolution", "orders.shop",
     LOG_FAILURE_UNKNOWN},
    {"Error: getaddrinfo EAI_AGAIN orders.shop.svc.cluster.local:80", "orders.shop.svc.cluster.local",
     LOG_FAILURE_UNKNOWN},
    {"Error: getaddrinfo ENOTFOUND api.example.com", "api.example.com", LOG_FAILURE_NO_NAME},
    {"Error: queryA ETIMEOUT api.example.com", "api.example.com", LOG_FAILURE_TIMEOUT},
    {"dial tcp: lookup orders on 10.96.0.10:53: read udp 10.0.1.2:4->10.96.0.10:53: i/o timeout", "orders",
     LOG_FAILURE_TIMEOUT},
    {"dial tcp: lookup orders.shop on [fd00::a]:53: no such host", "orders.shop", LOG_FAILURE_NO_NAME},
    {"dial tcp: lookup orders on 10.96.0.10:53: server misbehaving", "orders", LOG_FAILURE_SERVER},
    {"lookup a.b: Temporary failure in name resolution", "a.b", LOG_FAILURE_UNKNOWN},
    {"curl: (6) Could not resolve host: web.example.org", "web.example.org", LOG_FAILURE_UNKNOWN},
    {"curl: (28) Resolving timed out after 5000 milliseconds", NULL, LOG_FAILURE_TIMEOUT},
    {"NameResolutionError: Failed to resolve 'db.prod' ([Errno -2] Name or service not known)", "db.prod",
     LOG_FAILURE_NO_NAME},
    {"socket.gaierror: [Errno -5] No address associated with hostname", NULL, LOG_FAILURE_NO_DATA},
    {"SocketException (11): Resource temporarily unavailable (orders.shop:443)", "orders.shop",
     LOG_FAILURE_UNKNOWN},
    {"SocketError: Failed to open TCP connection to cart.shop:80 (getaddrinfo: Name does not resolve)",
     "cart.shop", LOG_FAILURE_NO_NAME},
    {"[error] 7#7: *1 backend.shop.svc could not be resolved (110: Operation timed out)", "backend.shop.svc",
     LOG_FAILURE_TIMEOUT},
    {"[emerg] host not found in upstream \"backend\" in /etc/nginx.conf:9", "backend", LOG_FAILURE_NO_NAME},
    {"could not translate host name \"db\" to address: Temporary failure in name resolution", "db",
     LOG_FAILURE_UNKNOWN},
    {"wget: bad address 'web'", "web", LOG_FAILURE_UNKNOWN},
    {"error sending request for url (http://orders.shop/x): dns error: failed to lookup address "
     "information",
     "orders.shop", LOG_FAILURE_UNKNOWN},
};

static void applications_fail_in_many_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(failures); i++) {
        struct log_app app;
        assert_true(logline_app(span_of(failures[i].line), &app));
        assert_int_equal(app.failure, failures[i].failure);
        assert_true(failures[i].name ? span_is(app.name, failures[i].name) : app.name.len == 0);
    }
    static const char *const others[] = {
        "GET /lookup on time",
        "read tcp 10.0.0.1:3->10.0.0.2:443: i/o timeout",
        "Resource temporarily unavailable",
        "lookup table rebuilt in 3 ms",
        "nslookup: can't resolve '(null)': Name does not resolve", // what musl's nslookup says of every
                                                                   // server
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        struct log_app app;
        assert_false(logline_app(span_of(others[i]), &app));
    }
}

static void check_origin(const char *path, const char *ns, const char *pod, const char *container)
{
    struct log_origin o = log_origin_of(path);
    assert_true(span_is(o.namespace_, ns) && span_is(o.pod, pod) && span_is(o.container, container));
}

static void paths_say_who_wrote(void **state)
{
    (void)state;
    check_origin("cluster/logs/kube-system/coredns-x/coredns.previous.log", "kube-system", "coredns-x",
                 "coredns");
    assert_true(log_origin_of("cluster/logs/a/b/c.previous.log").previous);
    check_origin("nodes/n1/var_log/kube-system_coredns-x_aa8d/coredns/0.log", "kube-system", "coredns-x",
                 "coredns");
    check_origin("nodes/n1/var_log/pods/shop_cart-1_aa/app/3.log", "shop", "cart-1", "app");
    check_origin("nodes/n1/var_log/containers/cart-1_shop_app-0123456789.log", "shop", "cart-1", "app");
    check_origin("pods/shop/cart-1/app.log", "shop", "cart-1", "");
    check_origin("nodes/n1/var_log/messages", "", "", "");
    assert_true(span_is(log_origin_of("nodes/n1/kernel/dmesg.current").node, "n1"));
    check_origin("app.log", "", "", "");
}

// Every class finds its own line and not those that only look like it.
static bool find_pattern(void *ctx, const struct search_line *line)
{
    int *found = ctx;
    *found = (int)line->patterns[0];
    return true;
}

static int class_of(const char *text)
{
    struct search_pattern patterns[LOG_CLASS_COUNT];
    for (size_t i = 0; i < LOG_CLASS_COUNT; i++)
        patterns[i] = (struct search_pattern){log_class_pattern((enum log_class)i), 0};
    struct error err;
    struct search_set *set = search_set_new(patterns, LOG_CLASS_COUNT, UINT64_MAX, &err);
    assert_non_null(set);
    int found = LOG_CLASS_COUNT;
    struct search_options options = {.line = find_pattern, .ctx = &found};
    struct search_result result;
    assert_true(search_text(set, (struct text){span_of(text), 0}, 1, &options, &result, &err));
    search_result_done(&result);
    search_set_free(set);
    return found;
}

static void classes_know_their_lines(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        int class_;
    } lines[] = {
        {"[12.3] Out of memory: Killed process 3 (java) total-vm:1kB", LOG_OOM_NODE},
        {"[12.3] Memory cgroup out of memory: Killed process 3 (java)", LOG_OOM_CGROUP},
        {"oom_score_adj set to 999, room for zoom", LOG_CLASS_COUNT},
        {"kernel: nf_conntrack: nf_conntrack: table full, dropping packet", LOG_CONNTRACK_FULL},
        {"nf_conntrack: table full in netns 4026531840, dropping packet", LOG_CONNTRACK_FULL},
        {"[ERROR] plugin/errors: 2 a. A: read udp 1.2.3.4:5->10.0.0.2:53: i/o timeout",
         LOG_COREDNS_UPSTREAM_TIMEOUT},
        {"[ERROR] plugin/errors: 2 a. A: dial udp 10.0.0.2:53: connect: network is unreachable",
         LOG_COREDNS_UPSTREAM_UNREACHABLE},
        {"[INFO] 10.0.1.2:3 - 7 \"A IN a. udp 41 false 512\" - - 0 2.0s", LOG_COREDNS_QUERY_FAILED},
        {"[INFO] 10.0.1.2:3 - 7 \"A IN a. udp 41 false 512\" SERVFAIL qr,rd 41 0.1s",
         LOG_COREDNS_QUERY_FAILED},
        {"[INFO] 10.0.1.2:3 - 7 \"A IN a. udp 41 false 512\" NXDOMAIN qr,aa,rd 41 0.1s", LOG_COREDNS_QUERY},
        {"Error during parsing: Unknown directive 'cachee'", LOG_COREDNS_COREFILE},
        {"2026-11-23T07:24:02.5Z plugin/cache: cache TTL can not be zero or negative: 0",
         LOG_COREDNS_COREFILE},
        {"2026-11-23T07:24:02.5Z stdout F plugin/forward: not an IP address or file: \"a\"",
         LOG_COREDNS_COREFILE},
        {"2026-11-23T07:24:02.5Z [INFO] plugin/kubernetes: waiting", LOG_CLASS_COUNT},
        {"2026-11-23T07:24:02.5Z Listen: listen tcp :53: bind: permission denied", LOG_COREDNS_LISTEN},
        {"[ERROR] plugin/errors: 5 errors like '^read udp .* i/o timeout$' occurred in last 30s",
         LOG_COREDNS_UPSTREAM_TIMEOUT},
        {"2026/11/23 07:04:10 [ERROR] 2 a. A: unreachable backend: read udp 1.2.3.4:5->10.0.0.2:53: i/o "
         "timeout",
         LOG_COREDNS_UPSTREAM_TIMEOUT},
        {"[ERROR] plugin/errors: 2 a. A: tls: failed to verify certificate: x509: expired",
         LOG_COREDNS_UPSTREAM_UNREACHABLE},
        {"2026-11-23T07:24:02.3Z Listen: listen tcp 169.254.20.10:53: bind: address already in use",
         LOG_BIND_IN_USE},
        {"listen udp 169.254.20.10:53: bind: address already in use", LOG_BIND_IN_USE},
        {"\"Dest Port\":53,\"Proto\":\"UDP\",\"Verdict\":\"DENY\"", LOG_POLICY_DENY},
        {"java.net.UnknownHostException: orders", LOG_APP_DNS},
        {"[ERROR] plugin/errors: 2 a.example. A: plugin/loop: no next plugin found", LOG_COREDNS_NO_PLUGIN},
        {"[WARNING] plugin/health: Local health request to \"http://:8080/health\" took more than 1s: 2.1s",
         LOG_COREDNS_SLOW},
    };
    for (size_t i = 0; i < ARRAY_LEN(lines); i++)
        assert_int_equal(class_of(lines[i].line), lines[i].class_);
}

// What the runtimes of the day print, and lines that use the same words of something else.
static const struct {
    const char *line, *name;
    enum log_failure failure;
} among_lines[] = {
    {"io.netty.resolver.dns.DnsResolveContext$SearchDomainUnknownHostException: Failed to resolve "
     "'orders' [A(1), AAAA(28)] after 4 queries",
     "orders", LOG_FAILURE_UNKNOWN},
    {"io.netty.resolver.dns.DnsNameResolverTimeoutException: [id: 0x1, L:/10.1.1.1] "
     "DefaultDnsQuestion(orders. IN A) query '[5]' via UDP timed out after 5000 milliseconds",
     NULL, LOG_FAILURE_TIMEOUT},
    {"dial tcp: lookup orders.shop: Try again", "orders.shop", LOG_FAILURE_UNKNOWN},
    {"Error: queryAaaa ESERVFAIL orders", "orders", LOG_FAILURE_SERVER},
    {"Error: querySrv ENOTFOUND _mongodb._tcp.db.shop", "_mongodb._tcp.db.shop", LOG_FAILURE_NO_NAME},
    {"Error: querySrv ECONNREFUSED _mongodb._tcp.db.shop", "_mongodb._tcp.db.shop", LOG_FAILURE_REFUSED},
    {"aiohttp.client_exceptions.ClientConnectorDNSError: Cannot connect to host orders:80 ssl:default "
     "[Timeout while contacting DNS servers]",
     "orders", LOG_FAILURE_TIMEOUT},
    {"PHP Warning:  php_network_getaddresses: getaddrinfo failed: Name or service not known", NULL,
     LOG_FAILURE_NO_NAME},
    {"nginx: [emerg] host not found in upstream \"orders\" in /etc/nginx/conf.d/default.conf:11", "orders",
     LOG_FAILURE_NO_NAME},
    {"2026/11/23 07:01:11 [error] 7#7: *1 orders could not be resolved (3: Host not found), client: "
     "10.1.1.1",
     "orders", LOG_FAILURE_NO_NAME},
    {"2026/11/23 07:01:11 [error] 7#7: *1 orders could not be resolved (110: Operation timed out), "
     "client: 10.1.1.1",
     "orders", LOG_FAILURE_TIMEOUT},
    {"2026/11/23 07:01:11 [error] 7#7: recv() failed (111: Connection refused) while resolving, "
     "resolver: 10.96.0.10:53",
     NULL, LOG_FAILURE_REFUSED},
    {"[warning][upstream] dns resolution for orders failed with c-ares status 12", "orders",
     LOG_FAILURE_TIMEOUT},
    {"upstream connect error or disconnect/reset before headers. reset reason: connection failure, "
     "transport failure reason: dns_resolution_failure{Timeout while contacting DNS servers}",
     NULL, LOG_FAILURE_TIMEOUT},
    {"dns error: failed to lookup address information: Temporary failure in name resolution", NULL,
     LOG_FAILURE_UNKNOWN},
    {"Error: error trying to connect: dns error: no record found for Query { name: Name(\"orders.\"), "
     "query_type: A }",
     NULL, LOG_FAILURE_UNKNOWN},
    {"{:error, %Mint.TransportError{reason: :nxdomain}}", NULL, LOG_FAILURE_NO_NAME},
    {"** (DBConnection.ConnectionError) tcp connect (db:5432): non-existing domain - :nxdomain", NULL,
     LOG_FAILURE_NO_NAME},
    {"ERROR 2005 (HY000): Unknown MySQL server host 'db' (-3)", "db", LOG_FAILURE_UNKNOWN},
    {"SQLSTATE[HY000] [2002] php_network_getaddresses: getaddrinfo for db failed: Name or service not "
     "known",
     "db", LOG_FAILURE_NO_NAME},
    {"Unknown server host 'db' (-2)", "db", LOG_FAILURE_UNKNOWN},
    {"Error -3 connecting to redis:6379. Temporary failure in name resolution.", NULL, LOG_FAILURE_UNKNOWN},
    {"Couldn't resolve server kafka:9092 from bootstrap.servers as DNS resolution failed for kafka", "kafka",
     LOG_FAILURE_UNKNOWN},
    {"%3|1763881200.123|FAIL|rdkafka#producer-1| [thrd:kafka:9092/bootstrap]: kafka:9092/bootstrap: "
     "Failed to resolve 'kafka:9092': Temporary failure in name resolution (after 5004ms in state "
     "CONNECT)",
     "kafka", LOG_FAILURE_UNKNOWN},
    {"rpc error: code = Unavailable desc = name resolver error: produced zero addresses", NULL,
     LOG_FAILURE_UNKNOWN},
    {"rpc error: code = Unavailable desc = dns: A record lookup error: lookup orders on 10.96.0.10:53: "
     "server misbehaving",
     "orders", LOG_FAILURE_SERVER},
    {"grpc._channel._InactiveRpcError: status = UNAVAILABLE details = \"DNS resolution failed for "
     "orders:443: C-ares status is not ARES_SUCCESS qtype=A name=orders is_balancer=0: Timeout while "
     "contacting DNS servers\"",
     "orders", LOG_FAILURE_TIMEOUT},
    {"io.grpc.StatusRuntimeException: UNAVAILABLE: Unable to resolve host orders", "orders",
     LOG_FAILURE_UNKNOWN},
    {"System.Net.Http.HttpRequestException: No such host is known. (orders:80)", "orders",
     LOG_FAILURE_NO_NAME},
    {"System.Net.Sockets.SocketException (11): Resource temporarily unavailable", NULL, LOG_FAILURE_UNKNOWN},
    {" ---> System.Net.Sockets.SocketException (00000001, 11): Resource temporarily unavailable", NULL,
     LOG_FAILURE_UNKNOWN},
    {"System.Net.Internals.SocketExceptionFactory+ExtendedSocketException (00000005, 0xFFFDFFFF): Name "
     "or service not known",
     NULL, LOG_FAILURE_NO_NAME},
    {"The remote name could not be resolved: 'orders'", "orders", LOG_FAILURE_UNKNOWN},
    {"wget: unable to resolve host address 'orders'", "orders", LOG_FAILURE_UNKNOWN},
    {"wget: bad address 'orders'", "orders", LOG_FAILURE_UNKNOWN},
    {"ssh: Could not resolve hostname git: Name or service not known", "git", LOG_FAILURE_NO_NAME},
    {"fatal: unable to access 'https://git/': Could not resolve host: git", "git", LOG_FAILURE_UNKNOWN},
    {"Err:1 http://deb.debian.org bookworm InRelease  Temporary failure resolving 'deb.debian.org'",
     "deb.debian.org", LOG_FAILURE_UNKNOWN},
    {"WARNING: Ignoring https://dl-cdn.alpinelinux.org/alpine/v3.20/main: temporary error (try again "
     "later)",
     "dl-cdn.alpinelinux.org", LOG_FAILURE_UNKNOWN},
    {"dns.resolver.NXDOMAIN: The DNS query name does not exist: orders.", "orders", LOG_FAILURE_NO_NAME},
    {"dns.resolver.LifetimeTimeout: The resolution lifetime expired after 5.404 seconds: Server "
     "Do53:10.96.0.10@53 answered The DNS operation timed out.",
     NULL, LOG_FAILURE_TIMEOUT},
    {"dns.resolver.NoNameservers: All nameservers failed to answer the query orders. IN A: Server "
     "Do53:10.96.0.10@53 answered SERVFAIL",
     NULL, LOG_FAILURE_SERVER},
    {"Resolv::ResolvError: DNS result has no information for orders", "orders", LOG_FAILURE_NO_NAME},
    {"Server backend/srv1 is going DOWN for maintenance (DNS timeout status). 0 active and 0 backup "
     "servers left.",
     NULL, LOG_FAILURE_TIMEOUT},
    {"com.datastax.oss.driver.api.core.AllNodesFailedException ... "
     "java.nio.channels.UnresolvedAddressException",
     NULL, LOG_FAILURE_UNKNOWN},
    {"no address associated with hostname", NULL, LOG_FAILURE_NO_DATA},
    {"dial tcp: lookup orders on 10.96.0.10:53: dial udp 10.96.0.10:53: connect: connection refused",
     "orders", LOG_FAILURE_REFUSED},
    {"dial tcp: lookup orders: device or resource busy", "orders", LOG_FAILURE_UNKNOWN},
    {"vert.x: Failed to resolve 'orders.shop.svc' after 4 queries", "orders.shop.svc", LOG_FAILURE_UNKNOWN},
    {"com.zaxxer.hikari: Unknown host: db", "db", LOG_FAILURE_UNKNOWN},
    {"WARNING: fetching http://cdn.example/main: DNS: transient error (try again later)", "cdn.example",
     LOG_FAILURE_UNKNOWN},
    {"WARNING: fetching http://cdn.example/main: DNS: no address for host", "cdn.example",
     LOG_FAILURE_NO_DATA},
    {"resolve: Host not found (authoritative) [asio.netdb:1]", NULL, LOG_FAILURE_NO_NAME},
    {"resolve: Host not found (non-authoritative), try again later", NULL, LOG_FAILURE_UNKNOWN},
    {"ConfigException: No resolvable bootstrap urls given in bootstrap.servers", NULL, LOG_FAILURE_UNKNOWN},
    {"[lua] dns.lua:152: dns_lookup(): failed to query the DNS server for web.shop.svc.cluster.local:",
     "web.shop.svc.cluster.local", LOG_FAILURE_UNKNOWN},
    {"could not resolve orders: dns server error: 3 name error", "orders", LOG_FAILURE_UNKNOWN},
    {"queryDns(): querying dns for db failed: dns server error: 2 server failure", NULL, LOG_FAILURE_SERVER},
    {"** (Mint.TransportError) non-existing domain", NULL, LOG_FAILURE_NO_NAME},
    {"orders: resolve call failed: DNSSEC validation failed: invalid", "orders", LOG_FAILURE_UNKNOWN},
    {";; connection timed out; no servers could be reached", NULL, LOG_FAILURE_TIMEOUT},
    {"** server can't find db.shop.svc.cluster.local: SERVFAIL", "db.shop.svc.cluster.local",
     LOG_FAILURE_SERVER},
    {"nslookup: can't resolve 'db'", "db", LOG_FAILURE_UNKNOWN},
    {"java.sql.SQLRecoverableException: IO Error: Unknown host specified", NULL, LOG_FAILURE_UNKNOWN},
    {"ERROR: http://cdn.example/main: DNS lookup error", "cdn.example", LOG_FAILURE_UNKNOWN},
};

static void applications_are_found_among_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(among_lines); i++) {
        struct log_app app;
        assert_int_equal(class_of(among_lines[i].line), LOG_APP_DNS);
        assert_true(logline_app(span_of(among_lines[i].line), &app));
        assert_int_equal(app.failure, among_lines[i].failure);
        assert_true(among_lines[i].name ? span_is(app.name, among_lines[i].name) : app.name.len == 0);
    }
    static const char *const others[] = {
        "getaddrinfo() thread failed to start",
        "java.net.ConnectException: Connection refused",
        "java.net.NoRouteToHostException: No route to host",
        "Could not resolve placeholder 'db.host' in value \"${db.host}\"",
        "Could not resolve dependencies for project com.acme:shop:jar",
        "Could not resolve type id 'card' as a subtype",
        "The property 'x' could not be resolved to a bean",
        "npm ERR! could not resolve dependency: peer react@17",
        "Module not found: Error: Can't resolve './foo'",
        "error: can't resolve './foo' in '/app'",
        "server can't find orders.shop.svc.cluster.local.shop.svc.cluster.local: NXDOMAIN",
        "Failed to resolve import \"./x\" from \"src/a.ts\"",
        "Failed to resolve 'user' attribute",
        "resource temporarily unavailable while forking (11)",
        "fork: retry: Resource temporarily unavailable",
        "read: Resource temporarily unavailable",
        "context deadline exceeded",
        "Get \"http://orders/v1\": dial tcp 10.96.4.4:80: i/o timeout",
        "lookup table on node 3:53: stale",
        "pg: could not resolve conflict, version 3",
        "unable to resolve hostname label for metrics cache, using default (debug)",
        "Merge conflict could not be resolved automatically",
        "java.lang.ClassNotFoundException: com.acme.UnknownHostExceptionMapper",
    };
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_int_equal(class_of(others[i]), LOG_CLASS_COUNT);
}

static void any_bytes_are_survived(void **state)
{
    (void)state;
    static const char *const sources[] = {
        "[INFO] [fd00::1]:5 - 7 \"A IN login.example.org. tcp 39 false 65535\" - - 0 2.001s",
        "[ERROR] plugin/errors: 2 a. A: read udp 10.0.1.9:3->10.0.0.2:53: i/o timeout",
        "Memory cgroup out of memory: Killed process 7, UID 0, (coredns) total-vm:1kB",
        "\"Src IP\":\"10.0.1.2\",\"Src Port\":4821,\"Dest IP\":\"1.2.3.4\",\"Dest "
        "Port\":53,\"Verdict\":\"DENY\"",
        "lookup orders on [fd00::a]:53: read udp 10.0.1.2:4->10.96.0.10:53: i/o timeout",
        "x could not be resolved (3: Host not found) Failed to resolve 'a' Resource temporarily unavailable "
        "(b:1)",
        "nodes/n1/var_log/containers/cart-1_shop_app-0123456789.log",
    };
    for (size_t s = 0; s < ARRAY_LEN(sources); s++) {
        size_t n = strlen(sources[s]);
        for (size_t i = 0; i < 2 * n; i++) {
            size_t len = i < n ? i : n;
            char *bytes = mem_alloc(len + 1);
            memcpy(bytes, sources[s], len);
            if (i >= n)
                bytes[i - n] = (char)(i * 31);
            struct log_query q;
            struct log_upstream u;
            struct log_oom oom;
            struct log_deny deny;
            struct log_app app;
            struct span line = span_make(bytes, len);
            logline_coredns_query(line, &q);
            logline_coredns_error(line, &u);
            logline_oom(line, &oom);
            logline_deny(line, &deny);
            logline_app(line, &app);
            log_origin_of(bytes);
            free(bytes);
        }
    }
}

// One that it does not take is tried on every line of all logs, which takes twenty times as long.
static void the_prefilter_takes_every_class(void **state)
{
    (void)state;
    struct prefilter_pattern patterns[LOG_CLASS_COUNT] = {0};
    for (size_t i = 0; i < LOG_CLASS_COUNT; i++)
        patterns[i].text = span_of(log_class_pattern((enum log_class)i));
    struct prefilter *filter = prefilter_new(patterns, LOG_CLASS_COUNT);
    for (size_t i = 0; i < LOG_CLASS_COUNT; i++) {
        if (prefilter_reach(filter, i) == PREFILTER_NOWHERE)
            fail_msg("not taken: %s", log_class_name((enum log_class)i));
    }
    prefilter_free(filter);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(query_lines_have_parts),
        cmocka_unit_test(upstream_errors_have_parts),
        cmocka_unit_test(kernel_and_agent_lines_have_parts),
        cmocka_unit_test(applications_fail_in_many_words),
        cmocka_unit_test(paths_say_who_wrote),
        cmocka_unit_test(classes_know_their_lines),
        cmocka_unit_test(applications_are_found_among_lines),
        cmocka_unit_test(any_bytes_are_survived),
        cmocka_unit_test(the_prefilter_takes_every_class),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
