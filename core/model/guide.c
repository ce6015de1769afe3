// The words of guided mode. Whoever reads them knows what a pod and a node are, and not much more: no word
// that the step before did not bring, no order to change anything, and never more certainty than the outcome
// has.
#include "core/model/guide.h"

static const struct guide table[SUBJECT_COUNT] = {
    [SUBJECT_NONE] = {"Something that no tool can tell: it asks for your own eyes.",
                      "The procedure puts it here because the steps before it give you what you need.",
                      "Say only what you saw yourself. \"I do not know\" is a good answer, too.",
                      "Your answer stands in the report, under your step.",
                      "Your answer stands in the report, under your step.",
                      "Nobody could answer this yet. The senior will see that it is open."},
    [SUBJECT_POD_STATE] = {"Whether the pod that complains is there, runs and is ready, and on which node.",
                           "A pod that does not run cannot look up names; then DNS is not to blame.",
                           "STATUS Running, READY 1/1 (or 2/2 …), few restarts.",
                           "The pod itself is well. If its lookups fail, the reason lies further along.",
                           "Something is wrong with the pod itself; failing DNS may only follow from that.",
                           "How the pod is cannot be said. Keep in mind that it may not be DNS at all."},
    [SUBJECT_COREDNS_PODS] =
        {"Whether CoreDNS, the cluster's name server, has pods that are ready to answer.",
         "Every lookup of every pod ends there: with none ready, all names fail everywhere.",
         "Two or more CoreDNS pods, all Running and ready. With one of two, it still answers.",
         "The name server is there. If lookups fail, they may get lost on the way to it, or back.",
         "The name server is not all there. If no pod of it is ready, that is the cause.",
         "Whether CoreDNS is there cannot be said. A senior will ask for this first."},
    [SUBJECT_NODE_STATE] =
        {"Whether the nodes (the machines that pods run on) say that they are well.",
         "A node in trouble takes its pods along; and this shows whether one node is hit, or all.",
         "Ready for every node; no MemoryPressure, DiskPressure or PIDPressure.",
         "The nodes are well: one thing less to suspect.",
         "A node is in trouble. Its pods may fail because of that, and not because of DNS.",
         "How the nodes are cannot be said, so they are not cleared."},
    [SUBJECT_COLLECTION] =
        {"Whether the node's own files (rules, counters, logs) were collected, and whole.",
         "The next steps read these files. What is missing cannot be judged, and is not taken for clean.",
         "Files are there; none is empty, none breaks off in the middle.", "There is enough to go on with.",
         "The collection did not end well, so some of what follows may say \"cannot tell\".",
         "Files are missing or not whole. The report names them, and the command that reads each."},
    [SUBJECT_FIREWALL] =
        {"Whether a rule of the node's packet filter (iptables, nftables) throws DNS packets away.",
         "DNS uses port 53. A rule that drops it looks just like a broken CoreDNS, so it goes first.",
         "The query and its reply pass every rule. A DROP for another port, as 5353, does not matter.",
         "The node lets DNS through, there and back. The packet filter is not the cause.",
         "A rule on the node drops DNS. It may well be the cause. Do not remove it: hand over.",
         "The rules could not be read as a whole: the packet filter is neither cleared nor blamed."},
    [SUBJECT_NETWORK_POLICY] =
        {"Whether a NetworkPolicy (who may talk to whom in the cluster) forbids the pod to ask CoreDNS.",
         "Once a policy selects a pod, all that no policy allows is forbidden; DNS is often forgotten.",
         "No policy selects the pod, or one of them allows UDP and TCP port 53 to CoreDNS.",
         "The policies let DNS through. They are not the cause.",
         "A policy forbids the lookups. The cause may well be here; whoever owns the policy mends it.",
         "Not all policies could be read, so they are neither cleared nor blamed."},
    [SUBJECT_FINDINGS] = {"Which errors in the collected logs speak of DNS.",
                          "A quick look at what the logs complain of shows where to look closer.",
                          "No error about DNS in the time in which it hurts.",
                          "The logs name nothing that would explain the failing lookups.",
                          "The logs complain of DNS. That shows that it hurts, and not yet why.",
                          "Logs are missing or break off, so their silence proves nothing."},
    [SUBJECT_DNS_CONFIG] =
        {"Which name server the pod asks, and which endings (search domains) it tries.",
         "A pod that asks the wrong server gets no answer, however well CoreDNS is.",
         "In the pod's /etc/resolv.conf, nameserver is the address of the service kube-dns.",
         "The pod asks the right server. Its settings are not the cause.",
         "The pod's DNS settings are not what they should be. The cause may well be here.",
         "The pod's own settings could not be read; those of its node do not stand in for them."},
    [SUBJECT_SEARCH_LIST] =
        {"How many questions one name becomes: the pod tries it with each of its endings (search domains).",
         "Many \"no such name\" answers look like a fault, and are how this is meant to work.",
         "The name itself is answered, at the latest after all endings were tried.",
         "You know what one lookup costs. It is not the cause.",
         "The endings are wrong, so that names are asked for that do not exist.",
         "The pod's /etc/resolv.conf could not be read, so what a name becomes is not known."},
    [SUBJECT_SYMPTOM] =
        {"The lookups that failed: which name, when, how often, and how.",
         "How they fail says a lot: silence is a lost packet, a quick \"no such name\" is an answer.",
         "No failing lookup in the time in which it hurts, or a few that ended by themselves.",
         "No lookup failed in what was collected. It may be over, or it was not recorded.",
         "Lookups fail. This is what hurts; the other steps say why.",
         "No log of failing lookups is there, so how and when they fail cannot be said."},
    [SUBJECT_SECURITY_GROUP] =
        {"Whether security groups (AWS' firewall around machines) let DNS through between the nodes.",
         "They stand outside the node, so no file on it shows them: only AWS can tell.",
         "UDP and TCP port 53 are allowed from the pods' nodes to those of CoreDNS.",
         "The security groups let DNS through. They are not the cause.",
         "A security group leaves DNS out. The cause may well be here.",
         "What AWS says of them was not collected, so they are neither cleared nor blamed."},
    [SUBJECT_LINKLOCAL] =
        {"Whether AWS dropped DNS packets because a network card sent too many (1024 a second).",
         "CoreDNS asks AWS' own resolver for outside names, and that way has a limit.",
         "linklocal_allowance_exceeded stands still between two readings. A number alone is history.",
         "The counter did not grow: no DNS packet was dropped for that reason.",
         "The counter grew: AWS dropped packets. That may be the cause for outside names.",
         "One reading, or none, is there: whether the counter grows cannot be said."},
    [SUBJECT_CLUSTER_HEALTH] = {"Whether one node, some nodes or the whole cluster is affected.",
                                "One node points at that node; all of them point at CoreDNS or the network.",
                                "All nodes are Ready, and fail nowhere or everywhere alike.",
                                "The cluster as a whole looks well, so look for what is particular.",
                                "Not all of the cluster is well. The report says which part.",
                                "How the rest of the cluster is cannot be said."},
    [SUBJECT_COREDNS] =
        {"What CoreDNS says of itself: its configuration, its restarts, its errors.",
         "Running is not the same as answering: it may be too busy, or ask a resolver that is gone.",
         "No restarts, no errors in its log, a Corefile that it could load.",
         "CoreDNS is well and not the cause.", "CoreDNS has trouble. The cause may well be here.",
         "CoreDNS' log or configuration is missing, so it is neither cleared nor blamed."},
    [SUBJECT_MEMORY] = {"Whether memory ran out: on the node, in CoreDNS, or in the pod that complains.",
                        "A program that is killed for memory answers nobody. Then DNS only follows.",
                        "No \"Out of memory: Killed process\" in the kernel's log, no OOMKilled pod.",
                        "Nothing ran out of memory in the time in which it hurts.",
                        "Something was killed for want of memory. That may be why lookups fail.",
                        "The kernel's log is missing or breaks off, so memory is not cleared."},
    [SUBJECT_TIMELINE] = {"What happened right before lookups began to fail.",
                          "Most faults begin with a change. What came first is worth a close look.",
                          "Nothing was changed shortly before. A change alone proves nothing, either.",
                          "Now you know what came before. It is a hint and not a proof.",
                          "Something happened on the way of the lookups, shortly before they failed.",
                          "The times do not reach back far enough to tell what came first."},
    [SUBJECT_NODELOCAL] =
        {"Whether NodeLocal DNSCache, a small name server on each node, is used, and works.",
         "Where it is used, pods ask it and not CoreDNS, so its faults look like those of CoreDNS.",
         "It is not used at all, or its pod runs and listens on 169.254.20.10.",
         "NodeLocal DNSCache is not the cause.",
         "NodeLocal DNSCache has trouble. The cause may well be here.", "Whether it is used cannot be said."},
    [SUBJECT_PROXY_MODE] =
        {"Whether kube-proxy leads the cluster's DNS address to the CoreDNS pods that live now.",
         "Pods ask one fixed address; kube-proxy's rules on the node pass it on. Old rules lead nowhere.",
         "The rules name the CoreDNS pods that are ready now.",
         "The DNS address leads to living CoreDNS pods. kube-proxy is not the cause.",
         "The DNS address does not lead where it should. The cause may well be here.",
         "kube-proxy's settings or rules could not be read, so it is not cleared."},
    [SUBJECT_CHANGES_COREDNS] = {"Whether somebody changed CoreDNS shortly before it began.",
                                 "If so, the change is the first thing to ask about.",
                                 "No change in the hour before.", "Nobody changed CoreDNS shortly before.",
                                 "CoreDNS was changed shortly before. Ask who did it, and why.",
                                 "The cluster's audit log was not collected; who changed what is not known."},
    [SUBJECT_CHANGES_POLICY] = {"Whether somebody changed a NetworkPolicy shortly before it began.",
                                "A new policy takes effect at once, and DNS is easily forgotten in it.",
                                "No change in the hour before.", "Nobody changed a policy shortly before.",
                                "A policy was changed shortly before. Ask who did it, and why.",
                                "The cluster's audit log was not collected; who changed what is not known."},
    [SUBJECT_CAPTURE] = {"Recorded DNS packets, where there are any: queries that nobody answered.",
                         "Packets do not lie: they show how far a query came.",
                         "Each query has its reply, within some milliseconds.",
                         "Queries were answered where this was recorded.",
                         "Queries went out and no reply came back: they get lost on the way.",
                         "No packets were recorded. Recording them is for a senior: guided mode does not."},
    [SUBJECT_CONNTRACK] = {"Whether the node's table of connections is full, or loses DNS queries.",
                           "When the table is full, new packets are dropped, DNS among them.",
                           "Far fewer entries than the maximum; drop and insert_failed stand still.",
                           "The table has room. It is not the cause.",
                           "The table of connections loses packets. The cause may well be here.",
                           "The table's counters were not collected, so it is not cleared."},
    [SUBJECT_MTU] = {"Whether large DNS answers are lost because they do not fit through the network.",
                     "Small names then work and large answers do not, which is easily overlooked.",
                     "The same MTU along the way, and large answers arrive.", "Large answers get through.",
                     "Large answers get lost. The cause may well be here.",
                     "There is nothing that shows a large answer, so this is not cleared."},
    [SUBJECT_REPORT] = {"Nothing new: it puts down what was found, with the lines that prove it.",
                        "Whoever goes on needs the reason, and not only the result.",
                        "One sentence names the cause, and each claim names a file and a line.",
                        "It stands in the report. If a fix is named, it is for an operator and not for you.",
                        "It stands in the report.", "The report says what is missing."},
};

static const char shown[] =
    "This alone shows no cause. Keep it in mind; whoever goes on finds it in the report.";

static const char *const fates[] = {
    [STEP_TODO] = "It has not run yet.",
    [STEP_RUNNING] = "It is running.",
    [STEP_HELD] = "A step before it found something, and this one waits. Guided mode does not go past that.",
    [STEP_SKIPPED] = "Nobody looked here. The report says so, with the reason, and nothing is cleared by it.",
    [STEP_NOT_ALLOWED] =
        "Guided mode, or your rights, do not let you. The report names the command for one who may.",
    [STEP_FAILED] = "The command did not work, so nothing is known. That is no sign of health.",
    [STEP_NOT_RUN] = "It did not run, so nothing is known. That is no sign of health.",
};

const struct guide *guide_of(enum subject subject)
{
    return &table[subject];
}

const char *guide_meaning(enum subject subject, enum step_status status, bool clear)
{
    switch (status) {
    case STEP_DONE:
        return clear ? table[subject].clear : shown;
    case STEP_FINDING:
        return table[subject].finding;
    case STEP_CANNOT_TELL:
        return table[subject].unknown;
    default:
        return fates[status];
    }
}
