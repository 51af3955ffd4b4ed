/*
 * The model's file and its arithmetic. The file is a head, the topics' names,
 * their biases, the sorted hashes, how rare each is, and a row of weights for
 * each, as this kind of machine has them in memory; the head has a digest of
 * all of it. Everything is checked once, when it is loaded, so that asking it
 * needs no checks.
 */
#include "anteroom/model.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anteroom/error.h"
#include "anteroom/text.h"

#define MAGIC "ARMODEL"
#define VERSION 1
#define BYTE_ORDER_MARK 0x01020304u
#define NAME_BYTES (LIMIT_NAME_BYTES + 1)
#define DIGEST_BYTES 32
#define MODE 0640

typedef struct {
	char magic[8];
	guint32 version;
	guint32 order;
	guint32 n_topics;
	guint32 n_features;
	guint32 n_lessons;
	guint32 points;
	gint64 made_s;
	guint8 digest[DIGEST_BYTES]; /* of all bytes but these */
} Head;
G_STATIC_ASSERT(sizeof(Head) == 72);

struct Model {
	void *bytes; /* mapped */
	gsize n_bytes;
	ModelData data;
};

/* ---- the layout ---- */

/* The arrays, in the order of the file. The first one is padded, so that the
 * numbers after it stand where the machine wants them. */
typedef struct {
	const void *bytes;
	gsize n;
} Piece;
#define PIECES 5

static gsize names_bytes(guint n_topics)
{
	return ((gsize)n_topics * NAME_BYTES + 7) / 8 * 8;
}

static void pieces_of(const ModelData *data, Piece *pieces)
{
	gsize topics = data->n_topics, features = data->n_features;
	pieces[0] = (Piece){data->topics, names_bytes(data->n_topics)};
	pieces[1] = (Piece){data->biases, topics * sizeof(float)};
	pieces[2] = (Piece){data->keys, features * sizeof(guint32)};
	pieces[3] = (Piece){data->rarities, features * sizeof(float)};
	pieces[4] = (Piece){data->weights, features * topics * sizeof(float)};
}

static gsize file_bytes(const ModelData *data)
{
	Piece pieces[PIECES];
	gsize sum = sizeof(Head);
	pieces_of(data, pieces);
	for (guint i = 0; i < PIECES; i++) {
		sum += pieces[i].n;
	}
	return sum;
}

static void digest(const Head *head, const void *rest, gsize n, guint8 *out)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	gsize length = DIGEST_BYTES;
	g_checksum_update(
	    sum, (const guchar *)head, G_STRUCT_OFFSET(Head, digest));
	g_checksum_update(sum, rest, (gssize)n);
	g_checksum_get_digest(sum, out, &length);
}

/* ---- loading ---- */

static bool fail(GError **error, const char *path, const char *why)
{
	g_set_error(error, ANTEROOM_ERROR, ERROR_CONFIG, "%s: %s", path, why);
	return false;
}

static bool fail_errno(GError **error, const char *path, int number)
{
	int code = number == ENOENT || number == ENOTDIR ? ERROR_NO
		   : number == EACCES || number == EPERM ? ERROR_DENIED
							 : ERROR_CONFIG;
	g_set_error(
	    error, ANTEROOM_ERROR, code, "%s: %s", path, g_strerror(number));
	return false;
}

static bool read_all(int fd, guint8 *bytes, gsize n)
{
	while (n > 0) {
		ssize_t got = read(fd, bytes, n);
		if (got <= 0) {
			if (got < 0 && errno == EINTR) {
				continue;
			}
			return false;
		}
		bytes += got;
		n -= (gsize)got;
	}
	return true;
}

/* A map of the file itself would end the process when somebody cuts the file
 * short, so its bytes are copied into a map that nobody can write to. */
static bool map_file(Model *model, int fd, const char *path, GError **error)
{
	struct stat status;
	if (fstat(fd, &status) != 0) {
		return fail_errno(error, path, errno);
	}
	if (!S_ISREG(status.st_mode) || status.st_size < (off_t)sizeof(Head)) {
		return fail(error, path, "is no model");
	}
	if (status.st_size > LIMIT_MODEL_BYTES) {
		return fail(error, path, "is too large for a model");
	}
	model->n_bytes = (gsize)status.st_size;
	model->bytes = mmap(NULL, model->n_bytes, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (model->bytes == MAP_FAILED) {
		model->bytes = NULL;
		return fail_errno(error, path, errno);
	}
	if (!read_all(fd, model->bytes, model->n_bytes) ||
	    mprotect(model->bytes, model->n_bytes, PROT_READ) != 0) {
		return fail(error, path, "could not be read whole");
	}
	return true;
}

static bool head_good(
    const Head *head, gsize bytes, const char *path, GError **error)
{
	guint8 found[DIGEST_BYTES];
	if (memcmp(head->magic, MAGIC, sizeof(head->magic)) != 0) {
		return fail(error, path, "is no model");
	}
	if (head->version != VERSION || head->order != BYTE_ORDER_MARK) {
		return fail(error, path,
		    "is a model of another version or kind of machine: "
		    "learn anew");
	}
	digest(head, head + 1, bytes - sizeof(Head), found);
	if (memcmp(found, head->digest, DIGEST_BYTES) != 0) {
		return fail(error, path, "is damaged: learn anew");
	}
	if (head->n_topics < 2 || head->n_topics > LIMIT_MODEL_TOPICS ||
	    head->n_features > LIMIT_MODEL_FEATURES) {
		return fail(error, path, "is too large for a model");
	}
	return true;
}

static void data_of(const Head *head, ModelData *data)
{
	const char *at = (const char *)(head + 1);
	Piece pieces[PIECES];
	*data = (ModelData){.n_topics = head->n_topics,
	    .n_features = head->n_features,
	    .n_lessons = head->n_lessons,
	    .points = head->points,
	    .made_s = head->made_s};
	pieces_of(data, pieces);
	for (guint i = 0; i < PIECES; i++) {
		pieces[i].bytes = at;
		at += pieces[i].n;
	}
	data->topics = pieces[0].bytes;
	data->biases = pieces[1].bytes;
	data->keys = pieces[2].bytes;
	data->rarities = pieces[3].bytes;
	data->weights = pieces[4].bytes;
}

static bool all_finite(const float *numbers, gsize n)
{
	for (gsize i = 0; i < n; i++) {
		if (!isfinite(numbers[i])) {
			return false;
		}
	}
	return true;
}

static bool name_good(const char *name)
{
	gsize length = strnlen(name, NAME_BYTES);
	return length > 0 && length < NAME_BYTES &&
	       g_utf8_validate(name, (gssize)length, NULL);
}

/* A digest is no proof against people: what is used as an index, a text or a
 * number is looked at. */
static bool data_good(const ModelData *data)
{
	gsize rows = data->n_features;
	for (guint i = 0; i < data->n_topics; i++) {
		if (!name_good(model_topic(data, i))) {
			return false;
		}
	}
	for (gsize i = 0; i < rows; i++) {
		if ((i > 0 && data->keys[i] <= data->keys[i - 1]) ||
		    !(data->rarities[i] > 0)) {
			return false;
		}
	}
	return data->points <= MODEL_MOST_POINTS &&
	       all_finite(data->biases, data->n_topics) &&
	       all_finite(data->rarities, rows) &&
	       all_finite(data->weights, rows * data->n_topics);
}

static bool load(Model *model, int fd, const char *path, GError **error)
{
	if (!map_file(model, fd, path, error)) {
		return false;
	}
	const Head *head = model->bytes;
	if (!head_good(head, model->n_bytes, path, error)) {
		return false;
	}
	ModelData sizes = {
	    .n_topics = head->n_topics, .n_features = head->n_features};
	if (file_bytes(&sizes) != model->n_bytes) {
		return fail(error, path, "is damaged: learn anew");
	}
	data_of(head, &model->data);
	return data_good(&model->data) ||
	       fail(error, path, "says nothing that makes sense");
}

Model *model_load(const char *path, GError **error)
{
	g_autoptr(Model) model = g_new0(Model, 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0) {
		fail_errno(error, path, errno);
		return NULL;
	}
	bool good = load(model, fd, path, error);
	close(fd);
	return good ? g_steal_pointer(&model) : NULL;
}

const ModelData *model_data(const Model *model)
{
	return &model->data;
}

void model_free(Model *model)
{
	if (model) {
		if (model->bytes) {
			munmap(model->bytes, model->n_bytes);
		}
		g_free(model);
	}
}

char *model_path(const Conf *conf)
{
	if (conf->model_path && *conf->model_path) {
		return g_strdup(conf->model_path);
	}
	return conf->store_path && *conf->store_path
		   ? g_build_filename(conf->store_path, "model", NULL)
		   : NULL;
}

/* ---- saving ---- */

static GByteArray *bytes_of(const ModelData *data)
{
	GByteArray *bytes = g_byte_array_new();
	Head head = {.magic = MAGIC,
	    .version = VERSION,
	    .order = BYTE_ORDER_MARK,
	    .n_topics = data->n_topics,
	    .n_features = data->n_features,
	    .n_lessons = data->n_lessons,
	    .points = data->points,
	    .made_s = data->made_s};
	Piece pieces[PIECES];
	pieces_of(data, pieces);
	g_byte_array_append(bytes, (const guint8 *)&head, sizeof(head));
	for (guint i = 0; i < PIECES; i++) {
		gsize n =
		    i == 0 ? (gsize)data->n_topics * NAME_BYTES : pieces[i].n;
		g_byte_array_append(bytes, pieces[i].bytes, (guint)n);
		while (n++ < pieces[i].n) {
			g_byte_array_append(bytes, (const guint8 *)"", 1);
		}
	}
	digest(&head, bytes->data + sizeof(head), bytes->len - sizeof(head),
	    ((Head *)(void *)bytes->data)->digest);
	return bytes;
}

static bool write_all(int fd, const guint8 *bytes, gsize n)
{
	while (n > 0) {
		ssize_t put = write(fd, bytes, n);
		if (put < 0 && errno != EINTR) {
			return false;
		}
		bytes += MAX(put, 0);
		n -= (gsize)MAX(put, 0);
	}
	return true;
}

/* Root learns for the daemon's user. */
static bool hand_over(int fd, const char *folder)
{
	struct stat owner;
	return geteuid() != 0 || stat(folder, &owner) != 0 ||
	       fchown(fd, owner.st_uid, owner.st_gid) == 0;
}

static bool write_new(int fd, const GByteArray *bytes, const char *folder)
{
	return write_all(fd, bytes->data, bytes->len) &&
	       fchmod(fd, MODE) == 0 && hand_over(fd, folder) && fsync(fd) == 0;
}

static void sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY);
	if (fd >= 0) {
		fsync(fd);
		close(fd);
	}
}

bool model_save(const ModelData *data, const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *fresh = g_strconcat(path, ".XXXXXX", NULL);
	if (file_bytes(data) > LIMIT_MODEL_BYTES) {
		return fail(error, path, "the model would be too large");
	}
	g_autoptr(GByteArray) bytes = bytes_of(data);
	int fd = g_mkstemp_full(fresh, O_RDWR | O_CLOEXEC, 0600);
	if (fd < 0) {
		return fail_errno(error, path, errno);
	}
	bool written = write_new(fd, bytes, folder);
	int number = errno;
	if (close(fd) != 0 && written) {
		written = false;
		number = errno;
	}
	if (written && rename(fresh, path) != 0) {
		written = false;
		number = errno;
	}
	if (!written) {
		unlink(fresh);
		return fail_errno(error, path, number);
	}
	sync_folder(folder);
	return true;
}

/* ---- arithmetic ---- */

const char *model_topic(const ModelData *data, guint i)
{
	return data->topics + (gsize)i * NAME_BYTES;
}

/* The row of HASH from row FROM on; n_features: it isn't known. */
static guint row_of(const ModelData *data, guint32 hash, guint from)
{
	guint low = from, high = data->n_features;
	while (low < high) {
		guint middle = low + (high - low) / 2;
		if (data->keys[middle] < hash) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low < data->n_features && data->keys[low] == hash
		   ? low
		   : data->n_features;
}

/* What a feature counts, before the length of the whole is one. */
static double value_of(const ModelData *data, const Feature *one, guint row)
{
	return (1 + log(one->count)) * data->rarities[row];
}

void model_weigh(const ModelData *data, const Features *features, double *sure)
{
	guint n = data->n_topics;
	double square = 0, sum = 0;
	memset(sure, 0, n * sizeof(*sure));
	for (guint i = 0; i < features->items->len; i++) {
		const Feature *one =
		    &g_array_index(features->items, Feature, i);
		guint row = row_of(data, one->hash, 0);
		if (row == data->n_features) {
			continue;
		}
		double value = value_of(data, one, row);
		const float *weights = data->weights + (gsize)row * n;
		square += value * value;
		for (guint t = 0; t < n; t++) {
			sure[t] += value * weights[t];
		}
	}
	double length = square > 0 ? sqrt(square) : 1;
	for (guint t = 0; t < n; t++) {
		double z = sure[t] / length + data->biases[t];
		sure[t] = 1 / (1 + exp(-CLAMP(z, -30, 30)));
		sum += sure[t];
	}
	for (guint t = 0; t < n; t++) {
		sure[t] /= sum;
	}
}

/* ---- the words behind it ---- */

typedef struct {
	const Feature *feature;
	double speaks;
} Speaker;

static int speaker_compare(gconstpointer left, gconstpointer right)
{
	const Speaker *a = left, *b = right;
	if (a->speaks != b->speaks) {
		return a->speaks > b->speaks ? -1 : 1;
	}
	return a->feature->from < b->feature->from ? -1 : 1;
}

static GArray *speakers_of(
    const ModelData *data, const Features *features, guint topic, guint against)
{
	GArray *speakers = g_array_new(FALSE, FALSE, sizeof(Speaker));
	for (guint i = 0; i < features->items->len; i++) {
		const Feature *one =
		    &g_array_index(features->items, Feature, i);
		guint row = row_of(data, one->hash, 0);
		if (row == data->n_features) {
			continue;
		}
		const float *weights =
		    data->weights + (gsize)row * data->n_topics;
		double weight = weights[topic];
		weight -= against < data->n_topics ? weights[against] : 0;
		Speaker speaker = {one, weight * value_of(data, one, row)};
		if (speaker.speaks > 0) {
			g_array_append_val(speakers, speaker);
		}
	}
	g_array_sort(speakers, speaker_compare);
	return speakers;
}

char **model_words(
    const ModelData *data, const Features *features, guint topic, guint against)
{
	g_autoptr(GArray) speakers =
	    speakers_of(data, features, topic, against);
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	const Feature *shown[MODEL_WORDS];
	for (guint i = 0; i < speakers->len && words->len < MODEL_WORDS; i++) {
		const Feature *one =
		    g_array_index(speakers, Speaker, i).feature;
		bool again = false;
		for (guint k = 0; k < words->len; k++) {
			again |=
			    one->from < shown[k]->from + shown[k]->length &&
			    shown[k]->from < one->from + one->length;
		}
		if (!again) {
			shown[words->len] = one;
			g_ptr_array_add(
			    words, text_one_line(features->text + one->from,
				       one->length, LIMIT_HIT_TEXT_BYTES));
		}
	}
	g_ptr_array_add(words, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}
