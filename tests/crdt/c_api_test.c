/* The C interface, compiled by the C compiler. Prints what is not as it should be; the exit status
 * says whether anything was. */
#include "crdt/c_api.h"

#include <stdio.h>
#include <string.h>

static int failures = 0;

#define EXPECT(condition)                                             \
  do {                                                                \
    if (!(condition)) {                                               \
      fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition); \
      ++failures;                                                     \
    }                                                                 \
  } while (0)

/* Compares and frees. */
static void ExpectText(ypp_bytes bytes, const char* expected, int line) {
  if (bytes.data == NULL || bytes.size != strlen(expected) || strcmp(bytes.data, expected) != 0) {
    fprintf(stderr, "%s:%d: %s instead of %s\n", __FILE__, line,
            bytes.data == NULL ? "nothing" : bytes.data, expected);
    ++failures;
  }
  ypp_bytes_free(bytes);
}
#define EXPECT_TEXT(bytes, expected) ExpectText(bytes, expected, __LINE__)

static void EditsTexts(void) {
  ypp_error error;
  ypp_doc* doc = ypp_doc_new(1, true);
  ypp_type text = ypp_doc_text(doc, "t");
  EXPECT(ypp_doc_client_id(doc) == 1);
  EXPECT(ypp_type_kind(text) == YPP_TEXT);
  EXPECT(ypp_text_insert(text, 0, "hello world", 11, NULL, &error) == YPP_OK);
  EXPECT(ypp_text_format(text, 0, 5, "{\"bold\":true}", &error) == YPP_OK);
  EXPECT(ypp_text_delete(text, 5, 6, &error) == YPP_OK);
  EXPECT(ypp_text_insert(text, 0, "-", 1, "{}", NULL) == YPP_OK);
  EXPECT(ypp_text_length(text) == 6);
  EXPECT_TEXT(ypp_text_string(text), "-hello");
  EXPECT_TEXT(ypp_text_delta(text),
              "[{\"insert\":\"-\"},{\"insert\":\"hello\",\"attributes\":{\"bold\":true}}]");

  EXPECT(ypp_text_insert(text, 7, "x", 1, NULL, &error) == YPP_OUT_OF_RANGE);
  EXPECT(error.code == YPP_OUT_OF_RANGE && strlen(error.message) > 0);
  EXPECT(ypp_text_insert(text, 0, "\xff", 1, NULL, NULL) == YPP_INVALID_ARGUMENT);
  EXPECT(ypp_text_format(text, 0, 1, "[]", &error) == YPP_INVALID_ARGUMENT);
  EXPECT(ypp_text_format(text, 0, 1, "{", &error) == YPP_INVALID_ARGUMENT);
  EXPECT(ypp_text_length(text) == 6);
  ypp_doc_free(doc);
}

static void EditsArraysAndMaps(void) {
  ypp_error error;
  ypp_doc* doc = ypp_doc_new(1, true);
  ypp_type array = ypp_doc_array(doc, "a");
  ypp_type map = ypp_doc_map(doc, "m");
  ypp_type nested, inner;
  EXPECT(ypp_array_insert(array, 0, "[1,\"two\",{\"x\":[null]}]", &error) == YPP_OK);
  EXPECT(ypp_array_insert_type(array, 3, YPP_MAP, &nested, &error) == YPP_OK);
  EXPECT(ypp_map_set(nested, "done", "false", &error) == YPP_OK);
  EXPECT(ypp_array_length(array) == 4);
  EXPECT_TEXT(ypp_array_get(array, 1), "\"two\"");
  EXPECT_TEXT(ypp_array_get(array, 3), "{\"done\":false}");
  EXPECT(ypp_array_get(array, 4).data == NULL);
  EXPECT(ypp_type_kind(ypp_array_get_type(array, 3)) == YPP_MAP);
  EXPECT(ypp_type_kind(ypp_array_get_type(array, 0)) == YPP_NO_TYPE);
  EXPECT(ypp_array_delete(array, 0, 1, &error) == YPP_OK);
  EXPECT_TEXT(ypp_type_json(array), "[\"two\",{\"x\":[null]},{\"done\":false}]");
  EXPECT(ypp_array_insert(array, 0, "1", &error) == YPP_INVALID_ARGUMENT);
  EXPECT(ypp_array_insert_type(array, 0, YPP_NO_TYPE, NULL, &error) == YPP_INVALID_ARGUMENT);

  EXPECT(ypp_map_set(map, "k", "1.5", NULL) == YPP_OK);
  EXPECT(ypp_map_set_type(map, "t", YPP_TEXT, &inner, &error) == YPP_OK);
  EXPECT(ypp_text_insert(inner, 0, "hi", 2, NULL, NULL) == YPP_OK);
  EXPECT(ypp_map_size(map) == 2);
  EXPECT_TEXT(ypp_map_get(map, "k"), "1.5");
  EXPECT_TEXT(ypp_map_get(map, "t"), "\"hi\"");
  EXPECT(ypp_map_get(map, "x").data == NULL);
  EXPECT(ypp_type_kind(ypp_map_get_type(map, "t")) == YPP_TEXT);
  EXPECT(ypp_map_delete(map, "t", &error) == YPP_OK);
  EXPECT(ypp_type_kind(inner) == YPP_NO_TYPE);
  EXPECT(ypp_text_insert(inner, 0, "x", 1, NULL, &error) == YPP_FAILED_PRECONDITION);
  EXPECT(ypp_map_set(map, "k", NULL, &error) == YPP_INVALID_ARGUMENT);
  EXPECT_TEXT(ypp_type_json(map), "{\"k\":1.5}");
  EXPECT(ypp_type_kind(ypp_doc_text(doc, "m")) == YPP_NO_TYPE);
  EXPECT(ypp_type_kind(ypp_doc_text(doc, "\xff")) == YPP_NO_TYPE);
  ypp_doc_free(doc);
}

struct Received {
  ypp_doc* to;
  int count;
  bool local;
  char origin[16];
};

static void Forward(const void* update, size_t size, const char* origin, bool local,
                    void* context) {
  struct Received* received = context;
  EXPECT(ypp_doc_apply_update(received->to, update, size, YPP_V2, "net", NULL) == YPP_OK);
  ++received->count;
  received->local = local;
  snprintf(received->origin, sizeof received->origin, "%s", origin);
}

static void ExchangesUpdates(void) {
  ypp_error error;
  ypp_doc* from = ypp_doc_new(1, true);
  ypp_doc* to = ypp_doc_new(0, false);
  struct Received received = {to, 0, false, ""};
  ypp_subscription* forwarding = ypp_doc_on_update(from, YPP_V2, Forward, &received);

  ypp_doc_begin(from, "me");
  ypp_text_insert(ypp_doc_text(from, "t"), 0, "ab", 2, NULL, NULL);
  ypp_text_insert(ypp_doc_text(from, "t"), 1, "-", 1, NULL, NULL);
  EXPECT(received.count == 0);
  ypp_doc_commit(from);
  EXPECT(received.count == 1 && received.local && strcmp(received.origin, "me") == 0);
  EXPECT_TEXT(ypp_text_string(ypp_doc_text(to, "t")), "a-b");

  ypp_subscription_free(forwarding);
  ypp_map_set(ypp_doc_map(from, "m"), "k", "1", NULL);
  EXPECT(received.count == 1);
  ypp_bytes known = ypp_doc_state_vector(to);
  ypp_bytes missing = ypp_doc_encode_update(from, known.data, known.size, YPP_V1, &error);
  ypp_bytes all = ypp_doc_encode_update(from, NULL, 0, YPP_V1, &error);
  EXPECT(missing.data != NULL && missing.size < all.size);
  EXPECT(ypp_doc_apply_update(to, missing.data, missing.size, YPP_V1, NULL, &error) == YPP_OK);
  EXPECT_TEXT(ypp_type_json(ypp_doc_map(to, "m")), "{\"k\":1}");

  EXPECT(ypp_doc_apply_update(to, all.data, all.size - 1, YPP_V1, NULL, &error) == YPP_DATA_LOSS);
  EXPECT(strlen(error.message) > 0);
  EXPECT(ypp_doc_encode_update(from, "\x01", 1, YPP_V1, &error).data == NULL);
  EXPECT(error.code == YPP_DATA_LOSS);
  ypp_doc_commit(from); /* without a begin */
  ypp_bytes_free(known);
  ypp_bytes_free(missing);
  ypp_bytes_free(all);
  ypp_doc_free(from);
  ypp_doc_free(to);
}

int main(void) {
  EditsTexts();
  EditsArraysAndMaps();
  ExchangesUpdates();
  if (failures > 0) fprintf(stderr, "%d failed\n", failures);
  return failures == 0 ? 0 : 1;
}
