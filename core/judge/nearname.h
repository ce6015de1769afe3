// What a wrong name may have meant.
#ifndef D5_JUDGE_NEARNAME_H
#define D5_JUDGE_NEARNAME_H

#include "core/parse/kubeobj.h"

// Letters to insert, delete, replace or swap with their neighbour to get from one to the other; `most` + 1
// when it is more than that.
unsigned nearname_distance(struct span a, struct span b, unsigned most);

// The Service that is meant by a name that does not exist: of the same name in another namespace, or of
// nearly that name in this one. NULL: none is near.
const struct kube_service *nearname_service(const struct cluster *cluster, struct span name, struct span ns);

#endif
