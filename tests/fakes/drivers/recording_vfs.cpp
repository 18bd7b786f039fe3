#include "tests/fakes/drivers/recording_vfs.hpp"

#include <sqlite3.h>

#include "base/ids.hpp"

namespace bot {

struct RecordingVfs::Registration {
  sqlite3_vfs vfs;
  sqlite3_io_methods methods;
  sqlite3_vfs* usual;
  RecordingVfs* recorder;
};

namespace {

// What SQLite allocates for each open file: ours first, the usual one's behind it.
struct File {
  sqlite3_file base;
  RecordingVfs* recorder;
  bool is_log;

  static File& of(sqlite3_file* file) { return *reinterpret_cast<File*>(file); }
  static sqlite3_file* real(sqlite3_file* file) {
    return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
  }
};

const sqlite3_io_methods* real_methods(sqlite3_file* file) {
  return File::real(file)->pMethods;
}

int close_file(sqlite3_file* file) {
  return real_methods(file)->xClose(File::real(file));
}

int read_file(sqlite3_file* file, void* into, int size, sqlite3_int64 offset) {
  return real_methods(file)->xRead(File::real(file), into, size, offset);
}

int write_file(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  auto& ours = File::of(file);
  if (ours.recorder->full()) return SQLITE_FULL;
  if (ours.is_log) ours.recorder->log_written(static_cast<std::uint64_t>(size));
  return real_methods(file)->xWrite(File::real(file), from, size, offset);
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  return real_methods(file)->xTruncate(File::real(file), size);
}

int sync_file(sqlite3_file* file, int flags) {
  auto& ours = File::of(file);
  ours.recorder->wait_while_held();
  if (ours.recorder->broken()) return SQLITE_IOERR_FSYNC;
  const int code = real_methods(file)->xSync(File::real(file), flags);
  if (code == SQLITE_OK && ours.is_log) ours.recorder->log_synced();
  return code;
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_methods(file)->xFileSize(File::real(file), size);
}

int lock_file(sqlite3_file* file, int level) {
  return real_methods(file)->xLock(File::real(file), level);
}

int unlock_file(sqlite3_file* file, int level) {
  return real_methods(file)->xUnlock(File::real(file), level);
}

int check_reserved(sqlite3_file* file, int* result) {
  return real_methods(file)->xCheckReservedLock(File::real(file), result);
}

int control_file(sqlite3_file* file, int operation, void* argument) {
  return real_methods(file)->xFileControl(File::real(file), operation, argument);
}

int sector_size(sqlite3_file* file) {
  return real_methods(file)->xSectorSize(File::real(file));
}

int characteristics(sqlite3_file* file) {
  return real_methods(file)->xDeviceCharacteristics(File::real(file));
}

int map_memory(sqlite3_file* file, int page, int size, int extend, void volatile** into) {
  return real_methods(file)->xShmMap(File::real(file), page, size, extend, into);
}

int lock_memory(sqlite3_file* file, int offset, int n, int flags) {
  return real_methods(file)->xShmLock(File::real(file), offset, n, flags);
}

void memory_barrier(sqlite3_file* file) {
  real_methods(file)->xShmBarrier(File::real(file));
}

int unmap_memory(sqlite3_file* file, int delete_it) {
  return real_methods(file)->xShmUnmap(File::real(file), delete_it);
}

sqlite3_io_methods recording_methods() {
  sqlite3_io_methods methods{};
  methods.iVersion = 2;
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = file_size;
  methods.xLock = lock_file;
  methods.xUnlock = unlock_file;
  methods.xCheckReservedLock = check_reserved;
  methods.xFileControl = control_file;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = characteristics;
  methods.xShmMap = map_memory;
  methods.xShmLock = lock_memory;
  methods.xShmBarrier = memory_barrier;
  methods.xShmUnmap = unmap_memory;
  return methods;
}

}  // namespace

RecordingVfs::RecordingVfs()
    : name_("recording-" + random_hex(12)), registration_(new Registration{}) {
  registration_->usual = sqlite3_vfs_find(nullptr);
  registration_->recorder = this;
  registration_->methods = recording_methods();
  registration_->vfs = *registration_->usual;  // everything but opening is the usual one's
  registration_->vfs.zName = name_.c_str();
  registration_->vfs.pNext = nullptr;
  registration_->vfs.szOsFile += static_cast<int>(sizeof(File));
  registration_->vfs.xOpen =
      [](sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags, int* out_flags) {
        auto* registration = reinterpret_cast<Registration*>(vfs);
        auto& ours = File::of(file);
        ours.base.pMethods = nullptr;
        ours.recorder = registration->recorder;
        ours.is_log = (flags & SQLITE_OPEN_WAL) != 0;
        auto* usual = registration->usual;
        const int code = usual->xOpen(usual, path, File::real(file), flags, out_flags);
        if (File::real(file)->pMethods != nullptr) ours.base.pMethods = &registration->methods;
        return code;
      };
  sqlite3_vfs_register(&registration_->vfs, 0);
}

RecordingVfs::~RecordingVfs() {
  sqlite3_vfs_unregister(&registration_->vfs);
  delete registration_;
}

}  // namespace bot
