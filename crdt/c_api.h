/* The engine for programs in C, and for every language that can call C.
 *
 *   ypp_doc* doc = ypp_doc_new(0, true);
 *   ypp_type notes = ypp_doc_text(doc, "notes");
 *   ypp_text_insert(notes, 0, "hello", 5, NULL, NULL);
 *   ypp_bytes update = ypp_doc_encode_update(doc, NULL, 0, YPP_V1, NULL);
 *   send(update.data, update.size);
 *   ypp_bytes_free(update);
 *   ypp_doc_free(doc);
 *
 * Units: text indices and lengths are UTF-16 units, sizes are bytes. Text and keys are UTF-8; keys,
 * names and origins end with NUL.
 *
 * Values go in and out as JSON text. What JSON cannot say (bytes, undefined, big integers) comes
 * out as codec/json.h describes.
 *
 * Ownership: ypp_bytes belong to the caller (ypp_bytes_free), so do documents and subscriptions; a
 * ypp_type is a plain value that is good for as long as its document. What is passed in is copied.
 *
 * Errors: functions that can fail return a ypp_code, or take a ypp_error* that may be NULL; nothing
 * has changed then.
 *
 * Thread rule: a document, its types and subscriptions belong to one thread at a time. */
#ifndef YPP_CRDT_C_API_H_
#define YPP_CRDT_C_API_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum ypp_code {
  YPP_OK = 0,
  YPP_INVALID_ARGUMENT,    /* not UTF-8, no JSON, a value that cannot be stored */
  YPP_OUT_OF_RANGE,        /* an index behind the end */
  YPP_FAILED_PRECONDITION, /* the type was deleted, or is of another kind */
  YPP_DATA_LOSS,           /* bytes that are no update or state vector */
  YPP_RESOURCE_EXHAUSTED,  /* past a limit */
  YPP_OTHER
} ypp_code;

/* `message` ends with NUL and is cut where it would not fit. Set only when something failed. */
typedef struct ypp_error {
  ypp_code code;
  char message[256];
} ypp_error;

/* `data` is NULL when there is nothing; else a NUL follows the `size` bytes, so text can be used as
 * it is. */
typedef struct ypp_bytes {
  char* data;
  size_t size;
} ypp_bytes;
void ypp_bytes_free(ypp_bytes bytes);

typedef enum ypp_format { YPP_V1 = 1, YPP_V2 = 2 } ypp_format;

typedef enum ypp_kind {
  YPP_NO_TYPE = 0, /* not valid: nothing there, another kind, or deleted and collected */
  YPP_ARRAY,
  YPP_MAP,
  YPP_TEXT,
  YPP_OTHER_TYPE /* XML types, and roots that nobody opened */
} ypp_kind;

/* A shared type. Members are for the library alone. */
typedef struct ypp_type {
  void* state;
  uint32_t index;
  uint32_t generation;
} ypp_type;
ypp_kind ypp_type_kind(ypp_type type);

/* --- documents --- */

typedef struct ypp_doc ypp_doc;

/* client_id 0: a random one. collect_garbage: whether deleted content is dropped (else it is kept,
 * for snapshots). */
ypp_doc* ypp_doc_new(uint64_t client_id, bool collect_garbage);
/* NULL is allowed. Not inside a transaction or a callback of the document. */
void ypp_doc_free(ypp_doc* doc);
uint64_t ypp_doc_client_id(const ypp_doc* doc);

/* Roots are made by being asked for. YPP_NO_TYPE when one has another kind, or for a name that is
 * not UTF-8. */
ypp_type ypp_doc_text(ypp_doc* doc, const char* name);
ypp_type ypp_doc_array(ypp_doc* doc, const char* name);
ypp_type ypp_doc_map(ypp_doc* doc, const char* name);

/* Everything up to the commit that belongs to the same begin is one transaction. One inside another
 * joins it. `origin` may be NULL. A commit without a begin does nothing. */
void ypp_doc_begin(ypp_doc* doc, const char* origin);
void ypp_doc_commit(ypp_doc* doc);

/* All or nothing. `origin` may be NULL. */
ypp_code ypp_doc_apply_update(ypp_doc* doc, const void* update, size_t size, ypp_format format,
                              const char* origin, ypp_error* error);
/* What a replica with this state vector lacks; with none (size 0) everything. */
ypp_bytes ypp_doc_encode_update(const ypp_doc* doc, const void* state_vector, size_t size,
                                ypp_format format, ypp_error* error);
ypp_bytes ypp_doc_state_vector(const ypp_doc* doc);

typedef struct ypp_subscription ypp_subscription;

/* `update` and `origin` (empty when there is none) are good during the callback. The callback may
 * edit. */
typedef void (*ypp_update_callback)(const void* update, size_t size, const char* origin, bool local,
                                    void* context);
/* After each transaction that changed something, until the subscription is freed. It may outlive
 * the document. */
ypp_subscription* ypp_doc_on_update(ypp_doc* doc, ypp_format format, ypp_update_callback callback,
                                    void* context);
void ypp_subscription_free(ypp_subscription* subscription);

/* --- text --- */

uint32_t ypp_text_length(ypp_type text);
/* `attributes` is a JSON object with the formats the characters shall have, or NULL: those in force
 * at their left. */
ypp_code ypp_text_insert(ypp_type text, uint32_t index, const char* utf8, size_t size,
                         const char* attributes, ypp_error* error);
ypp_code ypp_text_delete(ypp_type text, uint32_t index, uint32_t length, ypp_error* error);
/* null as the value of a key ends that format. */
ypp_code ypp_text_format(ypp_type text, uint32_t index, uint32_t length, const char* attributes,
                         ypp_error* error);
ypp_bytes ypp_text_string(ypp_type text);
/* As JSON: [{"insert": …, "attributes": {…}}, …] */
ypp_bytes ypp_text_delta(ypp_type text);

/* --- arrays and maps --- */

uint32_t ypp_array_length(ypp_type array);
/* `values` is a JSON array. */
ypp_code ypp_array_insert(ypp_type array, uint32_t index, const char* values, ypp_error* error);
/* An empty type of this kind, whose handle is set where `inserted` points. */
ypp_code ypp_array_insert_type(ypp_type array, uint32_t index, ypp_kind kind, ypp_type* inserted,
                               ypp_error* error);
ypp_code ypp_array_delete(ypp_type array, uint32_t index, uint32_t length, ypp_error* error);
/* JSON, of a shared type that of its content; no data behind the end. */
ypp_bytes ypp_array_get(ypp_type array, uint32_t index);
/* The shared type at the index; YPP_NO_TYPE when it is something else. */
ypp_type ypp_array_get_type(ypp_type array, uint32_t index);

uint32_t ypp_map_size(ypp_type map);
/* `value` is JSON. */
ypp_code ypp_map_set(ypp_type map, const char* key, const char* value, ypp_error* error);
ypp_code ypp_map_set_type(ypp_type map, const char* key, ypp_kind kind, ypp_type* set,
                          ypp_error* error);
/* Deleting a key that is not there changes nothing. */
ypp_code ypp_map_delete(ypp_type map, const char* key, ypp_error* error);
/* No data when the map does not have the key. */
ypp_bytes ypp_map_get(ypp_type map, const char* key);
ypp_type ypp_map_get_type(ypp_type map, const char* key);

/* The content of any type as JSON. */
ypp_bytes ypp_type_json(ypp_type type);

#ifdef __cplusplus
}
#endif

#endif /* YPP_CRDT_C_API_H_ */
