// How the readers of Kubernetes objects take fields out of a JSON tree: text into the arena, times,
// addresses, labels, places. For parse/kube*.c only.
#ifndef D5_PARSE_KUBEREAD_H
#define D5_PARSE_KUBEREAD_H

#include "core/base/intern.h"
#include "core/base/tri.h"
#include "core/door/json.h"
#include "core/parse/kubeobj.h"

struct kube_reader {
    struct arena *arena;
    struct intern *intern; // of that arena
    uint32_t file;
};

// What the objects of a listing may share: labels, the names of nodes, images.
const char *kube_read_text(const struct kube_reader *r, const struct json_value *map, const char *path);
usec_t kube_read_time(const struct json_value *map, const char *path);
struct ip kube_read_ip(const struct json_value *map, const char *path);
enum tri kube_read_tri(const struct json_value *map, const char *path, enum tri absent);
int64_t kube_read_number(const struct json_value *map, const char *path, int64_t absent);
struct place kube_read_place(const struct kube_reader *r, const struct json_value *value); // unset for NULL

// Where the member `path` begins with its name, so that the cited line says what it is about; else `value`'s.
struct place kube_read_member_place(const struct kube_reader *r, const struct json_value *map,
                                    const char *path);

struct kube_labels kube_read_labels(const struct kube_reader *r, const struct json_value *map,
                                    const char *path);
// Interns an array that was built on the heap, and frees that.
const void *kube_take_array(const struct kube_reader *r, void *items, size_t bytes);

const char *const *kube_read_texts(const struct kube_reader *r, const struct json_value *list, size_t *ret_n);
void kube_read_meta(const struct kube_reader *r, const struct json_value *object, struct kube_meta *ret);
struct place kube_read_condition_place(const struct kube_reader *r, const struct json_value *item);
struct kube_condition kube_read_condition(const struct kube_reader *r, const struct json_value *item);
struct kube_condition *kube_read_conditions(const struct kube_reader *r, const struct json_value *list,
                                            size_t *ret_n);
const struct kube_port *kube_read_ports(const struct kube_reader *r, const struct json_value *list,
                                        const char *number, size_t *ret_n);

// A resource quantity in thousandths of its unit: "170Mi" is 178257920000, "250m" is 250; clipped to int64;
// 0 for what is none (API reference, Quantity).
int64_t kube_read_quantity(const struct json_value *value);

// The number of items of a list; 0 for anything else.
size_t kube_read_count(const struct json_value *list);

void kube_read_pod(const struct kube_reader *r, const struct json_value *object, struct kube_pod *ret);
void kube_read_workload(const struct kube_reader *r, const struct json_value *object, const char *kind,
                        struct kube_workload *ret);
void kube_read_service(const struct kube_reader *r, const struct json_value *object,
                       struct kube_service *ret);
void kube_read_slice(const struct kube_reader *r, const struct json_value *object, struct kube_slice *ret);
void kube_read_endpoints(const struct kube_reader *r, const struct json_value *object,
                         struct kube_slice *ret);
void kube_read_node(const struct kube_reader *r, const struct json_value *object, struct kube_node *ret);
void kube_read_configmap(const struct kube_reader *r, const struct json_value *object,
                         struct kube_configmap *ret);
void kube_read_event(const struct kube_reader *r, const struct json_value *object, struct kube_event *ret);

#endif
