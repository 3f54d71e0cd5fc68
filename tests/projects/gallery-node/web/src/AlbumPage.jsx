export function AlbumPage({ album, onSave }) {
  return (
    <form onSubmit={onSave}>
      <h1>{album.title}</h1>
      <label htmlFor="title">Album title</label>
      <input id="title" name="title" defaultValue={album.title} />
      <button type="submit">Save changes</button>
    </form>
  );
}
